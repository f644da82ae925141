/** Rules that compare two passes. */
import { expect, test } from 'vitest'
import * as m from './matrix.js'
import { of } from './network.js'
import { bp } from './rules/bp.js'
import { nodePerturbation } from './rules/node-perturbation.js'
import { pepita } from './rules/pepita.js'
import { act, deep, dense, random, task } from './samples.js'
import { look, weights, type Change } from './teach.js'

const linear = deep(dense, 8)

const weightOf = (changes: readonly Change[], block: number): m.Matrix => of(changes, block).weight

test('node perturbation of one unit after the other adds up to backpropagation', () => {
  const one = task([dense(9, 4, act('tanh')), dense(4, 3)], 9)
  const sigma = 1e-5
  const silent = [4, 3].map((width) => m.zeros(6, width))
  const runs = [0, 1].flatMap((block) =>
    Array.from({ length: of(silent, block).columns }, (_, unit) => {
      const loud = m.matrix(6, of(silent, block).columns, (_, j) => (j === unit ? sigma : 0))
      return nodePerturbation(one, silent.with(block, loud), sigma)
    }),
  )
  bp(one).forEach((change, i) => {
    const sum = runs.map((run) => weightOf(run, i)).reduce(m.add)
    expect(m.relative(sum, of([change], 0).weight)).toBeLessThan(1e-4)
  })
})

test('PEPITA of linear blocks learns from −eF W₀ …, with the second pass’s activity', () => {
  const projection = random(60, 4, 9, 0.1)
  const changes = pepita(linear, projection)
  const { error } = look(linear).out
  const extra = m.multiply(error, projection)
  const x = m.add(linear.x, extra)
  const [first, second] = [of(weights(linear), 0), of(weights(linear), 1)]
  const bias = m.multiply(
    m.matrix(6, 1, () => 1),
    of([of(linear.parameters, 0).bias], 0),
  )
  const difference = m.multiply(extra, first)
  const expected = [
    m.multiply(m.transpose(x), difference),
    m.multiply(m.transpose(m.add(m.multiply(x, first), bias)), m.multiply(difference, second)),
  ]
  expected.forEach((sum, i) => {
    expect(m.relative(weightOf(changes, i), m.scale(sum, 1 / 6))).toBeLessThan(1e-10)
  })
  const shifted = look({ ...linear, x })
  const last = of(shifted.traces, 3)
  const top = m.multiply(m.transpose(last.x), shifted.out.error)
  expect(m.relative(weightOf(changes, 3), m.scale(top, -1 / 6))).toBeLessThan(1e-12)
  expect(m.norm(of(changes, 1).bias)).toBe(0)
})
