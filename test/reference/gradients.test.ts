/** The reference's backpropagation against finite differences. */
import { expect, test } from 'vitest'
import { functions } from './functions.js'
import { top } from './losses.js'
import { at, columnSums, inner, map, norm, relative, scale, type Matrix } from './matrix.js'
import { forward, gradients, localBackward, of } from './network.js'
import type { Parameters, Tap, Trace } from './network.js'
import { bp } from './rules/bp.js'
import { act, deep, dense, lossKinds, random, samples, slopes, task } from './samples.js'
import type { Task } from './teach.js'

const ACCURACY = 1e-6

/** The mean loss with one block's parameters changed. */
function lossWith(one: Task, block: number, change: Partial<Parameters>): number {
  const parameters = one.parameters.map((held, i) => (i === block ? { ...held, ...change } : held))
  const traces = forward(one.network, parameters, one.x, one.kept && { kept: one.kept })
  const { each } = top(one.network.loss, of(traces, traces.length - 1).output, one.targets)
  return at(columnSums(each), 0, 0) / each.rows
}

function expectSlopes(change: Matrix | undefined, held: Matrix, f: (m: Matrix) => number): void {
  expect(relative(change ?? held, scale(slopes(held, f), -1))).toBeLessThan(ACCURACY)
}

function expectGradients(one: Task): void {
  bp(one).forEach((change, i) => {
    const { weight, bias, norm: held } = of(one.parameters, i)
    expectSlopes(change?.weight, weight, (m) => lossWith(one, i, { weight: m }))
    if (change?.gain === undefined && bias !== undefined) {
      expectSlopes(change?.bias, bias, (m) => lossWith(one, i, { bias: m }))
    } else {
      // A batch's mean is subtracted, and any bias with it.
      expect(norm(change?.bias ?? weight)).toBeLessThan(1e-12)
    }
    if (held === undefined || change?.gain === undefined) return
    expectSlopes(change.gain, held.gain, (m) => lossWith(one, i, { norm: { ...held, gain: m } }))
    expectSlopes(change.shift, held.shift, (m) => lossWith(one, i, { norm: { ...held, shift: m } }))
  })
}

test.each(Object.entries(samples))('%s: bp descends the loss', (_, one) => {
  expectGradients(one)
})

test.each(lossKinds)('$kind with output $output: bp descends the loss', (loss) => {
  expectGradients(task([dense(9, 6, act('tanh')), dense(6, 3)], 9, loss))
})

test.each(Object.entries(functions))('%s: f′ is the slope of f', (_, { f, derivative }) => {
  const a = random(3, 1, 50, 2)
  const slope = map(a, (value) => (f(value + 1e-6) - f(value - 1e-6)) / 2e-6)
  expect(relative(map(a, derivative), slope)).toBeLessThan(1e-8)
})

test.each<[Tap, number]>([
  ['output', 24],
  ['activation', 54],
  ['linear', 108],
])('a signal at %s, of width %i there, is the slope that the weights see', (tap, width) => {
  const { network, parameters, x, kept } = of([samples['conv2d and all local parts']], 0)
  const first = { ...network, blocks: network.blocks.slice(0, 1) }
  const held = of(parameters, 0)
  const trace = (weight: Matrix): Trace =>
    of(forward(first, [{ ...held, weight }], x, kept && { kept }), 0)
  const reached = (weight: Matrix): Matrix => {
    const { output, activation, a } = trace(weight)
    return { output, activation, linear: a }[tap]
  }
  const signal = random(11, 6, width)
  const here = trace(held.weight)
  const { weight } = gradients(here, localBackward(here, signal, tap).delta)
  const slope = slopes(held.weight, (changed) => inner(signal, reached(changed)))
  expect(relative(weight, slope)).toBeLessThan(ACCURACY)
})

test('batch norm in evaluation uses its running statistics, which move towards the batch’s', () => {
  const one = deep(dense, 8, { kind: 'batchNorm', epsilon: 1e-3, momentum: 0.1 })
  const { x, parameters, network } = one
  const { mean, variance, gain, shift } = of([of(parameters, 0).norm], 0)
  const { a, passed } = of(forward(network, parameters, x), 0)
  const column = a.data.filter((_, i) => i % 8 === 3)
  const average = column.reduce((sum, value) => sum + value, 0) / 6
  const unbiased = column.reduce((sum, value) => sum + (value - average) ** 2, 0) / 5
  const after = passed[0]?.statistics
  expect(after?.mean.data[3]).toBeCloseTo(0.9 * at(mean, 0, 3) + 0.1 * average, 12)
  expect(after?.variance.data[3]).toBeCloseTo(0.9 * at(variance, 0, 3) + 0.1 * unbiased, 12)

  const evaluated = of(forward(network, parameters, x, { training: false }), 0)
  const hat = (at(a, 1, 2) - at(mean, 0, 2)) / Math.sqrt(at(variance, 0, 2) + 1e-3)
  expect(at(evaluated.output, 1, 2)).toBeCloseTo(at(gain, 0, 2) * hat + at(shift, 0, 2), 12)
})
