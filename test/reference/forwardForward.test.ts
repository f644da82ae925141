/** Forward-forward against finite differences of each block’s own losses. */
import { describe, expect, test } from 'vitest'
import { functions } from './functions.js'
import * as m from './matrix.js'
import { forward, of, type Parameters } from './network.js'
import { forwardForward, normalise, overlay } from './rules/forward-forward.js'
import { act, deep, fields, slopes } from './samples.js'
import { type Change } from './teach.js'

const weightOf = (changes: readonly Change[], block: number): m.Matrix => of(changes, block).weight

describe('forward-forward', () => {
  const one = deep(fields, 8, act('relu'))
  const wrong = m.matrix(6, 4, (row, column) => ((5 * row + 1) % 4 === column ? 1 : 0))

  test('lays a label over the first values, as high as the highest of them', () => {
    const x = overlay(
      m.matrix(1, 5, (_, column) => column - 3),
      m.matrix(1, 2, (_, c) => c),
    )
    expect([...x.data]).toEqual([0, 3, -1, 0, 1])
  })

  test('each hidden block descends its own two losses, what it is given being held', () => {
    const changes = forwardForward(one, wrong)
    const loss = (input: m.Matrix, sign: number, parameters: readonly Parameters[], to: number) => {
      let h = normalise(input)
      for (let i = 0; i <= to; i++) {
        const blocks = [of(one.network.blocks, i)]
        const held = of(one.parameters, i)
        const own = i === to ? of(parameters, i) : held
        h = of(forward({ ...one.network, blocks }, [own], h), 0).output
        if (i < to) h = normalise(h)
      }
      const goodness = m.rowSums(m.times(h, h))
      const losses = m.map(goodness, (sum) => functions.softplus.f(-sign * (sum - h.columns)))
      return m.inner(
        losses,
        m.map(losses, () => 1 / 6),
      )
    }
    for (const block of [0, 1, 2]) {
      const held = of(one.parameters, block)
      const both = (weight: m.Matrix): number => {
        const parameters = one.parameters.with(block, { ...held, weight })
        const right = loss(overlay(one.x, one.targets), 1, parameters, block)
        return right + loss(overlay(one.x, wrong), -1, parameters, block)
      }
      const expected = m.scale(slopes(held.weight, both), -1)
      expect(m.relative(weightOf(changes, block), expected)).toBeLessThan(1e-6)
    }
    expect(changes[3]).toBeUndefined()
  })
})
