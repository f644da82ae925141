import * as v from 'valibot'
import { UsageError } from '../../errors.js'
import type { Parameters } from '../job.js'
import { uniform } from '../uniform.js'
import { directions, type Direction } from './directions.js'
import { sampler, type Sampled, type Sampler } from './sampler.js'

/** Parameters that it has a dimension for. */
const DIMENSIONS = directions.length + 1

const BITS = 32

/**
 * Sobol' points, which fill the space more evenly than random ones at any number of them, scrambled
 * by the seed as Owen does (1995, "Randomly permuted (t,m,s)-nets and (t,s)-sequences"). A parameter
 * has its dimension even where it does not count.
 */
export const sobol = sampler({
  name: 'sobol',
  about: `scrambled Sobol' points, more even than random ones; up to ${DIMENSIONS} parameters`,
  options: v.strictObject({}),
  make: () => sobolOf,
})

function sobolOf({ space, seed }: Sampled): Sampler {
  const { length } = space.parameters
  if (length > DIMENSIONS) {
    const most = `sobol has ${DIMENSIONS} dimensions`
    throw new UsageError(`parameters: ${length} are too many, as ${most}; take sampler random`)
  }
  const seeds = space.parameters.map((_, dimension) => {
    return Math.floor(uniform([seed, 'sobol', dimension]) * 2 ** BITS)
  })
  const draw = (number: number): Parameters => {
    const point = sobolPoint(number, length)
    return space.at(point.map((bits, at) => scrambled(bits, seeds[at] ?? 0) / 2 ** BITS))
  }
  return { size: undefined, draw }
}

/**
 * A point of the sequence, `number` from 0 to below 2³², in the order of Joe and Kuo's program:
 * whole numbers of 2⁻³².
 */
export function sobolPoint(number: number, dimensions: number): number[] {
  const gray = number ^ (number >>> 1)
  return Array.from({ length: dimensions }, (_, dimension) => {
    const generators = generatorsOf(dimension)
    let point = 0
    for (let bit = 0; bit < BITS; bit++) {
      if ((gray >>> bit) & 1) point ^= generators[bit] ?? 0
    }
    return point >>> 0
  })
}

const known: (readonly number[])[] = []

/** What each bit of a point's number adds to the coordinate, from the lowest bit on. */
function generatorsOf(dimension: number): readonly number[] {
  const direction = directions[dimension - 1] ?? { degree: 0, coefficients: 0, initial: [] }
  return (known[dimension] ??= generated(direction))
}

/** Joe and Kuo's recurrence; of no degree the numbers of van der Corput. */
function generated({ degree, coefficients, initial }: Direction): number[] {
  const generators = initial.map((number, bit) => (number << (BITS - 1 - bit)) >>> 0)
  for (let bit = degree; bit < BITS; bit++) {
    const before = (back: number): number => generators[bit - back] ?? 0
    let next = degree === 0 ? 1 << (BITS - 1 - bit) : before(degree) ^ (before(degree) >>> degree)
    for (let back = 1; back < degree; back++) {
      if ((coefficients >>> (degree - 1 - back)) & 1) next ^= before(back)
    }
    generators.push(next >>> 0)
  }
  return generators
}

/**
 * Turns each bit by what the higher ones and the seed are: Owen's scrambling as a hash, by Laine and
 * Karras (2011) in the form of Burley (2020, "Practical Hash-based Owen Scrambling", JCGT 9).
 */
export function scrambled(bits: number, seed: number): number {
  let mixed = (reversed(bits) + seed) >>> 0
  for (const factor of [0x6c50b47c, 0xb82f1e52, 0xc7afe638, 0x8d22f6e6]) {
    mixed ^= Math.imul(mixed, factor)
  }
  return reversed(mixed)
}

/** The 32 bits from the other end. */
function reversed(bits: number): number {
  let turned = 0
  for (let bit = 0; bit < BITS; bit++) turned |= ((bits >>> bit) & 1) << (BITS - 1 - bit)
  return turned >>> 0
}
