import { describe, expect, test } from 'vitest'
import { dataset, type Examples } from '../../ts/data/examples.js'
import type { Session } from '../../ts/engine/index.js'
import { rules } from '../../ts/rules/index.js'
import { losses } from '../../ts/training/losses.js'
import { optimizers } from '../../ts/training/optimizers.js'
import {
  lossOf,
  predict,
  relative,
  takeStep,
  teaching,
  type Model,
  type Step,
  type Teach,
} from './reference.js'
import {
  engineData,
  examplesOf,
  layersOf,
  read,
  smallData,
  smallOptions,
  smallSession,
  train,
  values,
} from './small.js'

const BATCH = 16
const EPOCHS = 3

/** The small data with values to hit in place of labels. */
function withValues(): Examples {
  return dataset({ inputs: values(40 * 12), shape: [12], targets: values(40 * 4, 8) })
}

type RuleName = keyof typeof teaching

/** The rule's teaching, on the matrices that the engine drew. */
function teach(rule: RuleName, model: Model, session: Session): Teach {
  const drawn = (kind: string, blocks: number[]): (Float64Array | undefined)[] =>
    [0, 1, 2].map((block) =>
      blocks.includes(block) ? read(session, `blocks.${block}.${kind}`) : undefined,
    )
  if (rule === 'fa') return teaching.fa(drawn('feedback', [1, 2]))
  if (rule === 'dfa') return teaching.dfa(drawn('direct', [0, 1]))
  return teaching[rule](model)
}

/**
 * The largest difference, relative to how far it went, between a parameter that the engine trained
 * over some epochs and the reference's. 40 examples in batches of 16: the last batch is partial.
 */
async function worst(rule: RuleName, data: Examples, step: Step): Promise<number> {
  const { learningRate, momentum, weightDecay, reduction } = step
  const labels = data.targets.kind === 'labels'
  const loss = labels ? losses.crossEntropy() : losses.mse()
  const optimizer = optimizers.sgd({ learningRate, momentum, weightDecay })
  const options = { rule: rules[rule](), optimizer, reduction, labels, loss, batch: BATCH }
  const session = smallSession(smallOptions(options))
  const before = layersOf(session, 3)
  const name = loss.name as Model['loss']
  const model: Model = {
    layers: layersOf(session, 3),
    activation: 'tanh',
    loss: name,
    output: 'identity',
  }
  const teacher = teach(rule, model, session)
  await train(session, engineData(data), EPOCHS, learningRate)

  const examples = examplesOf(data)
  const velocities = new Map<Float64Array, Float64Array>()
  for (let epoch = 0; epoch < EPOCHS; epoch++) {
    for (let first = 0; first < examples.length; first += BATCH) {
      takeStep(model, teacher, examples.slice(first, first + BATCH), velocities, step)
    }
  }
  return Math.max(
    ...layersOf(session, 3).flatMap((found, block) => {
      const [start, end] = [before[block] ?? found, model.layers[block] ?? found]
      return (['weight', 'bias'] as const).map((one) => {
        const moved = (to: Float64Array): Float64Array =>
          to.map((value, i) => value - (start[one][i] ?? NaN))
        const expected = moved(end[one])
        if (expected.every((value) => value === 0)) {
          return moved(found[one]).every((value) => value === 0) ? 0 : Infinity
        }
        return relative(moved(found[one]), expected)
      })
    }),
  )
}

/** So large that a step dwarfs the rounding of the weights. */
const plain: Step = { learningRate: 0.5, momentum: 0, weightDecay: 0, reduction: 'mean' }

const steps: readonly [string, Step][] = [
  ['a mean over the batch', plain],
  ['a sum over the batch', { ...plain, learningRate: 0.04, reduction: 'sum' }],
  ['momentum', { ...plain, learningRate: 0.2, momentum: 0.9 }],
  ['weight decay', { ...plain, weightDecay: 0.05 }],
  [
    'a sum, momentum and weight decay',
    { learningRate: 0.02, momentum: 0.5, weightDecay: 0.1, reduction: 'sum' },
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
  const session = smallSession(smallOptions())
  const data = smallData()
  const layers = layersOf(session, 3)
  const model: Model = { layers, activation: 'tanh', loss: 'cross-entropy', output: 'identity' }
  const examples = examplesOf(data)
  const loss = examples.reduce((sum, example) => sum + lossOf(model, example), 0)
  const wrong = examples.filter(({ x, t }) => {
    const a = predict(model, x)
    return t[a.indexOf(Math.max(...a))] !== 1
  })
  const all = Uint32Array.from({ length: data.count }, (_, i) => i)
  const metrics = await session.run('evaluate', engineData(data), all)
  expect(Math.abs(metrics.sum('loss') / loss - 1)).toBeLessThan(1e-6)
  expect(metrics.sum('errors')).toBe(wrong.length)
})
