import { describe, expect, test } from 'vitest'
import { dataset, type Examples } from '../../ts/data/examples.js'
import type { Reduction } from '../../ts/engine/program.js'
import type { Session } from '../../ts/engine/index.js'
import { rules } from '../../ts/rules/index.js'
import { losses } from '../../ts/training/losses.js'
import { optimizers, type Optimizer } from '../../ts/training/optimizers.js'
import { matrix, type Matrix } from '../reference/matrix.js'
import * as reference from '../reference/rules/index.js'
import { look, type Change, type PerBlock, type Task } from '../reference/teach.js'
import { at, holds, taskOf, tensor } from './bridge.js'
import {
  engineData,
  relative,
  smallData,
  smallOptions,
  smallSession,
  train,
  values,
} from './small.js'
import { textbook } from './textbook.js'

const BATCH = 16
const EPOCHS = 3

/** The small data with values to hit in place of labels. */
function withValues(): Examples {
  return dataset({ inputs: values(40 * 12), shape: [12], targets: values(40 * 4, 8) })
}

/** The rules by the reference, with the matrices that the engine drew. */
const teaching = {
  bp: () => reference.bp,
  fa: (session: Session) => (task: Task) => reference.fa(task, drawn(session, 'feedback')),
  dfa: (session: Session) => (task: Task) => reference.dfa(task, drawn(session, 'direct')),
  shallow: () => reference.shallow,
} satisfies Record<string, (session: Session) => (task: Task) => Change[]>

type RuleName = keyof typeof teaching

const drawn = (session: Session, kind: string): PerBlock =>
  [0, 1, 2].map((block) => {
    const name = `blocks.${block}.${kind}`
    return holds(session, name) ? tensor(session, name) : undefined
  })

interface Step {
  readonly optimizer: Optimizer
  readonly reduction: Reduction
}

/** Trains the task's parameters in place, over its examples in order. */
function learn(task: Task, rule: (task: Task) => Change[], { optimizer, reduction }: Step): void {
  const steppers = task.parameters.map(({ weight, bias }) => ({
    weight: textbook(optimizer, weight.data),
    bias: textbook(optimizer, bias?.data ?? new Float64Array(), false),
  }))
  for (let epoch = 0; epoch < EPOCHS; epoch++) {
    for (let first = 0; first < task.x.rows; first += BATCH) {
      const rows = Math.min(BATCH, task.x.rows - first)
      const part = (m: Matrix): Matrix =>
        matrix(rows, m.columns, (row, column) => m.data[(first + row) * m.columns + column] ?? NaN)
      // A change at this rate is the mean of the gradients, or their sum, upside down.
      const learningRate = reduction === 'mean' ? 1 : rows
      const batch = { ...task, x: part(task.x), targets: part(task.targets), learningRate }
      rule(batch).forEach((change, block) => {
        if (change === undefined) return
        at(steppers, block).weight(change.weight.data.map((value) => -value))
        at(steppers, block).bias(change.bias.data.map((value) => -value))
      })
    }
  }
}

/**
 * The largest difference, relative to how far it went, between a parameter that the engine trained
 * over some epochs and the reference's. 40 examples in batches of 16: the last batch is partial.
 */
async function worst(rule: RuleName, examples: Examples, step: Step): Promise<number> {
  const labels = examples.targets.kind === 'labels'
  const loss = labels ? losses.crossEntropy() : losses.mse()
  const options = smallOptions({ rule: rules[rule](), ...step, labels, loss, batch: BATCH })
  const session = smallSession(options)
  const given = {
    ...{ session, examples, network: options.network, seed: 5, learningRate: 1 },
    loss: labels
      ? ({ kind: 'cross-entropy' } as const)
      : ({ kind: 'mse', output: 'identity' } as const),
  }
  const [before, task] = [taskOf(given), taskOf(given)]
  learn(task, teaching[rule](session), step)
  await train(session, engineData(examples), EPOCHS, step.optimizer.learningRate)
  const after = taskOf(given)
  return Math.max(
    ...[0, 1, 2].flatMap((block) =>
      (['weight', 'bias'] as const).map((one) => {
        const start = at(before.parameters, block)[one]?.data ?? []
        const moved = ({ parameters }: Task): Float64Array =>
          (at(parameters, block)[one]?.data ?? new Float64Array()).map((value, i) => {
            return value - (start[i] ?? NaN)
          })
        const [found, expected] = [moved(after), moved(task)]
        if (expected.some((value) => value !== 0)) return relative(found, expected)
        return found.every((value) => value === 0) ? 0 : Infinity
      }),
    ),
  )
}

const sgd = optimizers.sgd
const mean = { reduction: 'mean' } as const
const sum = { reduction: 'sum' } as const

/** Rates are so large that a step dwarfs the rounding of the weights. */
const steps: readonly [string, Step][] = [
  ['a mean over the batch', { ...mean, optimizer: sgd({ learningRate: 0.5 }) }],
  ['a sum over the batch', { ...sum, optimizer: sgd({ learningRate: 0.04 }) }],
  ['momentum', { ...mean, optimizer: sgd({ learningRate: 0.2, momentum: 0.9 }) }],
  ['weight decay', { ...mean, optimizer: sgd({ learningRate: 0.5, weightDecay: 0.05 }) }],
  [
    'a sum, momentum and weight decay',
    { ...sum, optimizer: sgd({ learningRate: 0.02, momentum: 0.5, weightDecay: 0.1 }) },
  ],
]

for (const rule of ['bp', 'fa', 'dfa', 'shallow'] as const) {
  describe(`${rule} moves every parameter as its definition says`, () => {
    for (const [what, step] of steps) {
      test(`with ${what}, to labels`, async () => {
        expect(await worst(rule, smallData(), step)).toBeLessThan(1e-5)
      })
      test(`with ${what}, to values`, async () => {
        expect(await worst(rule, withValues(), step)).toBeLessThan(1e-5)
      })
    }
  })
}

test('loss and errors of an evaluation are those of the definition', async () => {
  const options = smallOptions()
  const session = smallSession(options)
  const examples = smallData()
  const { out } = look(
    taskOf({
      ...{ session, examples, network: options.network, seed: 5, learningRate: 1 },
      loss: { kind: 'cross-entropy' },
    }),
  )
  const loss = out.each.data.reduce((total, one) => total + one, 0)
  const { labels } = examples.targets as { labels: Uint32Array }
  const wrong = labels.filter((label, row) => {
    const y = out.y.data.subarray(4 * row, 4 * row + 4)
    return y.indexOf(Math.max(...y)) !== label
  })
  const all = Uint32Array.from({ length: 40 }, (_, i) => i)
  const metrics = await session.run('evaluate', engineData(), all)
  expect(Math.abs(metrics.sum('loss') / loss - 1)).toBeLessThan(1e-6)
  expect(metrics.sum('errors')).toBe(wrong.length)
})
