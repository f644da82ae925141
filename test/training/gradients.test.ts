import { describe, expect, test } from 'vitest'
import { dataset } from '../../ts/data/examples.js'
import { activations, dense, network, type ActivationName } from '../../ts/network/index.js'
import { losses, type Loss } from '../../ts/training/losses.js'
import { gradients, lossOf, relative, teaching, type Example, type Model } from './reference.js'
import {
  engineData,
  examplesOf,
  layersOf,
  smallOptions,
  smallSession,
  train,
  values,
} from './small.js'

const N = 6
/** So large that the step dwarfs the rounding of the weight it is taken from. */
const RATE = 4096
const BLOCKS = [0, 1, 2]

/** Every loss, mean squared error behind each output function. */
const cases: readonly { loss: Loss; output: ActivationName }[] = [
  { loss: losses.crossEntropy(), output: 'identity' },
  { loss: losses.binaryCrossEntropy(), output: 'identity' },
  ...activations.map(({ name, activation }) => ({ loss: losses.mse(activation), output: name })),
]

/** The gradient of the mean loss by every parameter: weight and bias of each block in turn. */
type Gradient = Float64Array[]

/** By one step of the engine, whose weights are made large and away from the kinks of relu. */
async function byEngine(
  activation: ActivationName,
  { loss, output }: (typeof cases)[number],
): Promise<{ found: Gradient; model: Model; examples: Example[] }> {
  const inputs = values(N * 5, 3)
  // Rows that sum to one, as cross-entropy wants them.
  const targets = Float32Array.from({ length: N * 3 }, (_, i) => [0.5, 0.25, 0.25][i % 3] ?? 0)
  const data = dataset({ inputs, shape: [5], targets })
  const net = network(5, dense(7, activation), dense(6, activation), dense(3))
  const session = smallSession(smallOptions({ network: net, loss, labels: false, batch: N }))
  for (const block of BLOCKS) {
    const { weight, bias } = layersOf(session, 3)[block] ?? { weight: [], bias: [] }
    session.write(`blocks.${block}.weight`, values(weight.length, block + 20))
    session.write(
      `blocks.${block}.bias`,
      values(bias.length, block + 9).map((value) => 0.3 * value),
    )
  }
  const layers = layersOf(session, 3)
  await train(session, engineData(data), 1, RATE)
  const found = layersOf(session, 3).flatMap((after, block) => {
    const before = layers[block] ?? after
    return [
      before.weight.map((value, i) => (value - (after.weight[i] ?? NaN)) / RATE),
      before.bias.map((value, i) => (value - (after.bias[i] ?? NaN)) / RATE),
    ]
  })
  const model = { layers, activation, loss: loss.name as Model['loss'], output }
  return { found, model, examples: examplesOf(data) }
}

/** By central differences of the loss's definition. */
function byDifferences(model: Model, examples: readonly Example[]): Gradient {
  const step = 1e-5
  const meanLoss = (): number =>
    examples.reduce((sum, example) => sum + lossOf(model, example), 0) / examples.length
  return model.layers.flatMap(({ weight, bias }) =>
    [weight, bias].map((parameter) =>
      Float64Array.from(parameter, (held, i) => {
        parameter[i] = held + step
        const up = meanLoss()
        parameter[i] = held - step
        const down = meanLoss()
        parameter[i] = held
        return (up - down) / (2 * step)
      }),
    ),
  )
}

/** By backpropagation in plain loops. */
function byLoops(model: Model, examples: readonly Example[]): Gradient {
  return gradients(model, teaching.bp(model), examples).flatMap((sums) =>
    sums === undefined
      ? []
      : [sums.weight, sums.bias].map((sum) => sum.map((value) => value / examples.length)),
  )
}

const worst = (found: Gradient, expected: Gradient): number =>
  Math.max(...expected.map((gradient, i) => relative(found[i] ?? [], gradient)))

describe('the gradient of backpropagation by every parameter', () => {
  for (const { name: activation } of activations) {
    for (const one of cases) {
      const what = one.loss.name === 'mse' ? `mse of ${one.output}` : one.loss.name
      test(`for ${activation} and ${what} is that of plain loops and of differences`, async () => {
        const { found, model, examples } = await byEngine(activation, one)
        const loops = byLoops(model, examples)
        expect(loops).toHaveLength(2 * BLOCKS.length)
        expect(worst(found, loops)).toBeLessThan(1e-5)
        expect(worst(found, byDifferences(model, examples))).toBeLessThan(1e-5)
      })
    }
  }
})
