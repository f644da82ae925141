/** Rules that carry δ down from block to block, told without the code that does it. */
import { describe, expect, test } from 'vitest'
import * as m from './matrix.js'
import { of } from './network.js'
import { bp } from './rules/bp.js'
import { brsf } from './rules/brsf.js'
import { fa } from './rules/fa.js'
import { frsf } from './rules/frsf.js'
import { kolenPollack } from './rules/kolen-pollack.js'
import { pseudoBp } from './rules/pseudo-bp.js'
import { shallow } from './rules/shallow.js'
import { usf } from './rules/usf.js'
import { weightMirror } from './rules/weight-mirror.js'
import { act, deep, dense, random, samples, task } from './samples.js'
import { look, weights, type Change, type PerBlock, type Task } from './teach.js'

const tanh = deep(dense, 8, act('tanh'))
const linear = deep(dense, 8)

const weightOf = (changes: readonly Change[], block: number): m.Matrix => of(changes, block).weight

/** Random matrices of the weights' shapes, none for the first block. */
const like = (one: Task, index: number): PerBlock =>
  one.parameters.map(({ weight: { rows, columns } }, i) => {
    return i === 0 ? undefined : random(index + i, rows, columns)
  })

function expectSame(changes: readonly Change[], others: readonly Change[], within = 1e-12): void {
  others.forEach((other, i) => {
    expect(m.relative(weightOf(changes, i), of([other], 0).weight)).toBeLessThan(within)
    expect(m.norm(m.subtract(of(changes, i).bias, of([other], 0).bias))).toBeLessThan(within)
  })
}

describe.each(Object.entries(samples))('%s', (_, one) => {
  test('feedback alignment with M = W is backpropagation', () => {
    expect(fa(one, weights(one))).toEqual(bp(one))
  })

  test('shallow learning changes the output block, as backpropagation does, and no other', () => {
    const changes = shallow(one)
    expect(changes.pop()).toEqual(bp(one).pop())
    expect(changes.every((change) => change === undefined)).toBe(true)
  })

  test('sign rules with the weights’ own magnitudes are backpropagation', () => {
    expect(frsf(one, weights(one))).toEqual(bp(one))
    expect(brsf(one, (block) => m.scale(of(weights(one), block), -1))).toEqual(bp(one))
  })
})

test('uniform sign-symmetric feedback has one magnitude and the weights’ signs', () => {
  const signs = weights(tanh).map((weight) => m.scale(m.sign(weight), 0.3))
  expectSame(usf(tanh, [undefined, 0.3, 0.3, 0.3]), fa(tanh, signs))
})

test('Kolen and Pollack’s W − B shrinks by λ, whatever is learned', () => {
  const feedback = like(tanh, 40)
  const { changes, feedback: steps } = kolenPollack(tanh, feedback, 0.1)
  for (const block of [1, 2, 3]) {
    const gap = m.subtract(of(weights(tanh), block), of(feedback, block))
    const moved = m.subtract(weightOf(changes, block), of(steps, block))
    expect(m.relative(moved, m.scale(gap, -0.1))).toBeLessThan(1e-12)
  }
  expectSame(fa(tanh, feedback), kolenPollack(tanh, feedback, 0).changes)
})

test('a weight mirror fed with white noise moves B along W', () => {
  const feedback = like(linear, 50)
  // √n times the identity: noise whose covariance is exactly one.
  const noise = weights(linear).map(({ rows }) =>
    m.matrix(rows, rows, (i, j) => (i === j ? Math.sqrt(rows) : 0)),
  )
  const { changes, feedback: steps } = weightMirror(linear, feedback, {
    noise,
    learningRate: 0.2,
    decay: 0.5,
  })
  for (const block of [1, 2, 3]) {
    const weight = m.add(of(weights(linear), block), weightOf(changes, block))
    const pull = m.subtract(weight, m.scale(of(feedback, block), 0.5))
    expect(m.relative(of(steps, block), m.scale(pull, 0.2))).toBeLessThan(1e-12)
  }
})

test('pseudo-backpropagation through orthogonal weights is backpropagation', () => {
  const turn = (m1: m.Matrix): m.Matrix => {
    // The orthogonal factor: M (MᵀM)^(−1/2), by Newton's iteration.
    let q = m1
    for (let i = 0; i < 60; i++) {
      q = m.scale(m.subtract(m.scale(q, 3), m.multiply(q, m.multiply(m.transpose(q), q))), 0.5)
    }
    return q
  }
  const parameters = tanh.parameters.map((held) => {
    return { ...held, weight: turn(m.scale(held.weight, 0.5)) }
  })
  const orthogonal = { ...tanh, parameters }
  expectSame(pseudoBp(orthogonal), bp(orthogonal), 1e-9)
})

test('pseudo-backpropagation undoes the layer above', () => {
  // 5 → 3 outputs: δ W⁺ W = δ.
  const one = task([dense(9, 5), dense(5, 3)], 9)
  const { delta } = look(one).out
  const changes = pseudoBp(one)
  const back = m.multiply(weightOf(changes, 0), of(weights(one), 1))
  const wanted = m.scale(m.multiply(m.transpose(one.x), delta), -1 / one.x.rows)
  expect(m.relative(back, wanted)).toBeLessThan(1e-9)
})
