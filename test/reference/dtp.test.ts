/** Difference target propagation and its decoders. */
import { describe, expect, test } from 'vitest'
import * as m from './matrix.js'
import { forward, of } from './network.js'
import { pseudoinverse } from './pseudoinverse.js'
import { bp } from './rules/bp.js'
import { dtp } from './rules/dtp.js'
import { act, deep, dense, random, slopes } from './samples.js'
import { look, weights, type Change } from './teach.js'

const tanh = deep(dense, 8, act('tanh'))

const linear = deep(dense, 8)

const weightOf = (changes: readonly Change[], block: number): m.Matrix => of(changes, block).weight

describe('difference target propagation', () => {
  const decoder = (index: number, from: number, to: number) => {
    return { weight: random(index, from, to, 0.5), bias: random(index + 1, 1, to, 0.5) }
  }
  const decoders = [undefined, decoder(70, 8, 8), decoder(72, 8, 8), undefined]
  const noise = [undefined, random(74, 6, 8, 0.3), random(75, 6, 8, 0.3), undefined]

  test('of linear blocks, with decoders that invert them, carries the signal of W⁺', () => {
    const inverse = [1, 2].map((i) => {
      const weight = of(weights(linear), i)
      return { weight: pseudoinverse(weight), bias: m.zeros(1, weight.rows) }
    })
    const exact = [undefined, ...inverse, undefined]
    const options = { decoders: exact, noise, stepSize: 0.1, learningRate: 0 }
    const { changes } = dtp(linear, options)
    const { traces, out } = look(linear)
    let signal = m.multiply(out.delta, m.transpose(of(weights(linear), 3)))
    for (const block of [2, 1, 0]) {
      const sum = m.multiply(m.transpose(of(traces, block).x), m.scale(signal, 0.1))
      expect(m.relative(weightOf(changes, block), m.scale(sum, -1 / 6))).toBeLessThan(1e-8)
      if (block > 0) signal = m.multiply(signal, of(inverse, block - 1).weight)
    }
    expect(changes[3]).toEqual(bp(linear)[3])
  })

  test('decoders descend the error of what they rebuild, what they are given being held', () => {
    const options = { decoders, noise, stepSize: 0.1, learningRate: 1 }
    const { decoders: steps } = dtp(tanh, options)
    const { traces } = look(tanh)
    const wanted = m.add(of(traces, 0).output, of(noise, 1))
    const blocks = [of(tanh.network.blocks, 1)]
    const up = of(forward({ ...tanh.network, blocks }, [of(tanh.parameters, 1)], wanted), 0).output
    const held = of(decoders, 1)
    const error = (change: Partial<typeof held>): number => {
      const { weight, bias } = { ...held, ...change }
      const wide = m.multiply(
        m.matrix(6, 1, () => 1),
        bias,
      )
      const missed = m.subtract(m.map(m.add(m.multiply(up, weight), wide), Math.tanh), wanted)
      return (0.5 * m.inner(missed, missed)) / 6
    }
    const step = of(steps, 1)
    const byWeight = slopes(held.weight, (weight) => error({ weight }))
    const byBias = slopes(held.bias, (bias) => error({ bias }))
    expect(m.relative(step.weight, m.scale(byWeight, -1))).toBeLessThan(1e-6)
    expect(m.relative(step.bias, m.scale(byBias, -1))).toBeLessThan(1e-6)
  })
})
