/** Rules that send the output’s error or target straight to each block. */
import { describe, expect, test } from 'vitest'
import * as m from './matrix.js'
import { forward, of } from './network.js'
import { bp } from './rules/bp.js'
import { dfa } from './rules/dfa.js'
import { drtp } from './rules/drtp.js'
import { sdfa } from './rules/sdfa.js'
import { act, deep, dense, random, samples, slopes } from './samples.js'
import { look, weights, type Change } from './teach.js'

const tanh = deep(dense, 8, act('tanh'))

const weightOf = (changes: readonly Change[], block: number): m.Matrix => of(changes, block).weight

describe('direct feedback', () => {
  const direct = [11, 12, 13].map((index) => random(index, 4, 8))

  /** Σ h · s of block i, the s that a rule sends there being held. */
  const along = (block: number, signal: m.Matrix) => (weight: m.Matrix) => {
    const parameters = tanh.parameters.map((held, i) => (i === block ? { ...held, weight } : held))
    const { output } = of(forward(tanh.network, parameters, tanh.x), block)
    return m.inner(output, signal) / -output.rows
  }

  const { error } = look(tanh).out
  test.each([
    ['dfa', dfa(tanh, direct), error],
    ['sdfa', sdfa(tanh, direct), m.sign(error)],
    ['drtp', drtp(tanh, direct), tanh.targets],
  ])('%s moves each hidden block against its own projection', (_, changes, sent) => {
    for (const block of [0, 1, 2]) {
      const signal = m.multiply(sent, of(direct, block))
      const expected = slopes(weights(tanh)[block] ?? error, along(block, signal))
      expect(m.relative(weightOf(changes, block), expected)).toBeLessThan(1e-6)
    }
    expect(changes[3]).toEqual(bp(tanh)[3])
  })

  test('dfa reaches a block behind pooling and dropout, drtp before them', () => {
    const one = of([samples['conv2d and all local parts']], 0)
    const widths = [24, 6].map((width, i) => random(30 + i, 4, width))
    const before = [54, 6].map((width, i) => random(30 + i, 4, width))
    expect(dfa(one, widths)).toHaveLength(3)
    expect(drtp(one, before)).toHaveLength(3)
    expect(() => dfa(one, before)).toThrow(RangeError)
    expect(() => drtp(one, widths)).toThrow(RangeError)
  })
})
