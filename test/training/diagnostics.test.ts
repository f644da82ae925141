/** What is measured of blocks, against the independent reference. */
import { describe, expect, test } from 'vitest'
import { native } from '../../ts/engine/native.js'
import { wasm } from '../../ts/engine/wasm.js'
import type { Part } from '../../ts/network/index.js'
import { rules } from '../../ts/rules/index.js'
import type { BlockDiagnostics } from '../../ts/training/diagnostics.js'
import * as m from '../reference/matrix.js'
import { gradients, of, type Trace } from '../reference/network.js'
import { weights, type PerBlock, type Task } from '../reference/teach.js'
import { at } from './bridge.js'
import { lessons } from './lessons.js'
import {
  COUNT,
  SEED,
  degrees,
  deltas,
  expectAngle,
  feedbackOf,
  networkOf,
  probed,
  together,
} from './probed.js'

const kinds = ['dense, tanh', 'dense, relu', 'dense, maxout', 'local2d', 'conv2d, max pooling']
describe.each(kinds)('%s', (kind) => {
  const net = networkOf(kind)
  for (const engine of [native, wasm]) {
    // By products of rows with rows, and by gradients that are formed.
    for (const batch of [3, 8]) {
      test(`has the figures of feedback alignment, ${batch} a batch, on ${engine.name}`, async () => {
        const setting = { network: net, rule: rules.fa(), batch, engine: engine() }
        const { blocks, session, tasks, whole } = await probed(setting)
        const feedback = feedbackOf(session, net)
        const own = deltas(whole, feedback)
        const exact = deltas(whole, weights(whole))
        blocks.forEach((found, i) => {
          expectAngle(found.signalAngle, degrees(at(own.deltas, i), at(exact.deltas, i)), 'signal')
          const norm = m.norm(at(own.deltas, i)) / Math.sqrt(COUNT)
          expect((found.deltaNorm ?? NaN) / norm).toBeCloseTo(1, 5)
          expectUpdates(found, i, tasks, feedback)
          expectMatrices(found, at(weights(whole), i), feedback[i])
          expectActivity(found, at(own.traces, i), at(net.blocks, i).parts[0])
        })
      })
    }
  }
})

/** The rule's updates of all batches beside the gradients. */
function expectUpdates(
  found: BlockDiagnostics,
  block: number,
  tasks: readonly Task[],
  feedback: PerBlock,
): void {
  const updates = (matrices: (task: Task) => PerBlock): m.Matrix[] =>
    tasks.map((task) => {
      const { traces, deltas: all } = deltas(task, matrices(task))
      return gradients(of(traces, block), at(all, block)).weight
    })
  const [asked, exact] = [updates(() => feedback), updates(weights)]
  expectAngle(found.updateAngle, degrees(together(asked), together(exact)), 'update')
  const squares = asked.map((one, i) => (m.norm(one) / at(tasks, i).x.rows) ** 2)
  const mean = squares.reduce((sum, square) => sum + square, 0) / squares.length
  expect((found.updateNorm ?? NaN) / Math.sqrt(mean)).toBeCloseTo(1, 5)
}

function expectMatrices(found: BlockDiagnostics, weight: m.Matrix, feedback?: m.Matrix): void {
  expect(found.weightNorm / m.norm(weight)).toBeCloseTo(1, 6)
  if (feedback === undefined) {
    expect(found).toMatchObject({ weightAngle: null, normRatio: null })
  } else {
    expectAngle(found.weightAngle, degrees(weight, feedback), 'weight')
    expect((found.normRatio ?? NaN) / (m.norm(weight) / m.norm(feedback))).toBeCloseTo(1, 6)
  }
}

function expectActivity(
  { saturated, dead }: BlockDiagnostics,
  { passed }: Trace,
  part: Part | undefined,
): void {
  const h = passed[0]?.out
  const kind = part?.kind === 'activation' ? part.activation.kind : undefined
  const flat = {
    tanh: (v: number) => 1 - v * v < 0.05,
    sigmoid: (v: number) => v * (1 - v) < 0.0125,
  }
  const isFlat = kind === 'tanh' || kind === 'sigmoid' ? flat[kind] : undefined
  const count = isFlat && h && [...h.data].filter(isFlat).length / h.data.length
  expect(saturated).toBe(count ?? null)
  const silent = h && m.columnSums(h).data.filter((sum) => sum === 0).length / h.columns
  expect(dead).toBe(kind === 'relu' ? silent : null)
}

describe('the update', () => {
  const net = networkOf('dense, relu')
  // Kolen and Pollack's step holds decay too, and decoders learn before their targets are used.
  const others = lessons.filter(({ rule }) => !['kolen-pollack', 'dtp'].includes(rule.name))
  test.each(others.map((lesson) => [lesson.rule.name, lesson] as const))(
    'that %s asks for is what its step would be',
    async (_, { rule, expected }) => {
      const { blocks, session, tasks } = await probed({ network: net, rule, batch: 5 })
      const steps = tasks.map((task) =>
        expected({ task, session, network: net, seed: SEED, step: 0 }),
      )
      blocks.forEach((found, i) => {
        const asked = steps.map(({ changes }) => changes[i]?.weight)
        if (asked.includes(undefined)) {
          expect(found).toMatchObject({ updateAngle: null, updateNorm: null, deltaNorm: null })
          return
        }
        const exact = tasks.map((task) => {
          const { traces, deltas: all } = deltas(task, weights(task))
          return m.scale(gradients(of(traces, i), at(all, i)).weight, -1)
        })
        const whole = asked.map((one, at_) => m.scale(one ?? m.zeros(1, 1), at(tasks, at_).x.rows))
        expectAngle(found.updateAngle, degrees(together(whole), together(exact)), rule.name)
      })
    },
  )
})
