import { describe, expect, test } from 'vitest'
import { UsageError } from '../../ts/errors.js'
import { directions } from '../../ts/sweep/samplers/directions.js'
import { findSampler } from '../../ts/sweep/samplers/index.js'
import { scrambled, sobolPoint } from '../../ts/sweep/samplers/sobol.js'
import { Space } from '../../ts/sweep/space.js'

const DIMENSIONS = 64

const unscrambled = (number: number): number[] =>
  sobolPoint(number, DIMENSIONS).map((bits) => bits / 2 ** 32)

/** Parameters x0, x1 … from 0 to 1. */
const cube = (dimensions: number): Space =>
  new Space(
    Object.fromEntries(
      Array.from({ length: dimensions }, (_, at) => [`x${at}`, { min: 0, max: 1 }]),
    ),
  )

function points(count: number, dimensions: number, seed: number): number[][] {
  const sampler = findSampler('sobol', { space: cube(dimensions), seed })
  return Array.from({ length: count }, (_, number) => {
    return Object.values(sampler.draw(number, [], [])).map(Number)
  })
}

describe('sobol points', () => {
  test('begin as Joe and Kuo publish them', () => {
    const first = Array.from({ length: 10 }, (_, number) => unscrambled(number).slice(0, 3))
    expect(first).toEqual([
      [0, 0, 0],
      [0.5, 0.5, 0.5],
      [0.75, 0.25, 0.25],
      [0.25, 0.75, 0.75],
      [0.375, 0.375, 0.625],
      [0.875, 0.875, 0.125],
      [0.625, 0.125, 0.875],
      [0.125, 0.625, 0.375],
      [0.1875, 0.3125, 0.9375],
      [0.6875, 0.8125, 0.4375],
    ])
  })

  test('have a primitive polynomial and odd initial numbers in every dimension', () => {
    expect(directions).toHaveLength(DIMENSIONS - 1)
    expect(
      new Set(directions.map(({ degree, coefficients }) => `${degree} ${coefficients}`)).size,
    ).toBe(63)
    for (const { degree, coefficients, initial } of directions) {
      expect(order((2 * coefficients + 1) | (1 << degree), degree)).toBe(2 ** degree - 1)
      expect(initial).toHaveLength(degree)
      for (const [bit, number] of initial.entries()) {
        expect(number % 2).toBe(1)
        expect(number).toBeLessThan(2 ** (bit + 1))
      }
    }
  })

  test('have one in each of 2^k parts of every dimension, scrambled too', () => {
    for (const [from, count] of [
      [0, 256],
      [256, 64],
      [768, 16],
    ] as const) {
      const drawn = points(from + count, DIMENSIONS, 7).slice(from)
      for (let dimension = 0; dimension < DIMENSIONS; dimension++) {
        const parts = drawn.map((point) => Math.floor((point[dimension] ?? NaN) * count))
        expect(new Set(parts).size).toBe(count)
      }
    }
  })

  test('have one in each rectangle of area 2^−k of the first two dimensions, scrambled too', () => {
    const drawn = points(64, 2, 3)
    for (let across = 0; across <= 6; across++) {
      const cells = drawn.map(([x = NaN, y = NaN]) => {
        return `${Math.floor(x * 2 ** across)} ${Math.floor(y * 2 ** (6 - across))}`
      })
      expect(new Set(cells).size).toBe(64)
    }
  })

  test('integrate a smooth function far better than random ones', () => {
    const f = (point: readonly number[]): number => {
      return point.reduce((product, x, at) => product * (1 + (x - 0.5) / (at + 1)), 1)
    }
    const error = (drawn: readonly number[][]): number => {
      return Math.abs(drawn.reduce((sum, point) => sum + f(point), 0) / drawn.length - 1)
    }
    const seeds = Array.from({ length: 20 }, (_, seed) => seed)
    const mean = (errors: readonly number[]) => errors.reduce((a, b) => a + b) / errors.length
    const random = (seed: number): number[][] => {
      const sampler = findSampler('random', { space: cube(5), seed })
      return Array.from({ length: 256 }, (_, n) =>
        Object.values(sampler.draw(n, [], [])).map(Number),
      )
    }
    const sobol = mean(seeds.map((seed) => error(points(256, 5, seed))))
    expect(sobol).toBeLessThan(mean(seeds.map((seed) => error(random(seed)))) / 5)
  })

  test('differ by seed', () => {
    expect(points(4, 3, 1)).not.toEqual(points(4, 3, 2))
  })

  test('are refused for more parameters than there are dimensions', () => {
    const attempt = () => findSampler('sobol', { space: cube(DIMENSIONS + 1), seed: 1 })
    expect(attempt).toThrow(UsageError)
    expect(attempt).toThrow('parameters: 65 are too many, as sobol has 64 dimensions; take sampler')
  })
})

test('scrambling turns a bit by the bits above it alone', () => {
  for (let bit = 0; bit < 32; bit++) {
    for (const number of [0, 0x12345678, 0xfedcba98]) {
      const turned = (number ^ (1 << (31 - bit))) >>> 0
      const difference = (scrambled(number, 99) ^ scrambled(turned, 99)) >>> 0
      expect(Math.clz32(difference)).toBe(bit)
    }
  }
})

/** The least n for which x^n is 1, modulo a polynomial over bits. */
function order(polynomial: number, degree: number): number {
  let [power, n] = [1, 0]
  do {
    power <<= 1
    if (power >>> degree) power ^= polynomial
    n++
  } while (power !== 1)
  return n
}
