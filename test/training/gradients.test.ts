import { describe, expect, test } from 'vitest'
import { dataset } from '../../ts/data/examples.js'
import { activations, dense, network, type ActivationName } from '../../ts/network/index.js'
import { losses, type Loss } from '../../ts/training/losses.js'
import type { Loss as ReferenceLoss } from '../reference/losses.js'
import { bp } from '../reference/rules/index.js'
import { taskOf } from './bridge.js'
import { engineData, read, relative, smallOptions, smallSession, train, values } from './small.js'

const N = 6
/** So large that the step dwarfs the rounding of the weight it is taken from. */
const RATE = 4096
const BLOCKS = [0, 1, 2]

/** Every loss, mean squared error behind each output function. */
const cases: readonly { loss: Loss; reference: ReferenceLoss }[] = [
  { loss: losses.crossEntropy(), reference: { kind: 'cross-entropy' } },
  { loss: losses.binaryCrossEntropy(), reference: { kind: 'binary-cross-entropy' } },
  ...activations.map(({ name, activation }) => {
    return { loss: losses.mse(activation), reference: { kind: 'mse', output: name } as const }
  }),
]

/** How far one step of the engine is from the reference's, for the parameter that is worst. */
async function worst(activation: ActivationName, one: (typeof cases)[number]): Promise<number> {
  const inputs = values(N * 5, 3)
  // Rows that sum to one, as cross-entropy wants them.
  const targets = Float32Array.from({ length: N * 3 }, (_, i) => [0.5, 0.25, 0.25][i % 3] ?? 0)
  const examples = dataset({ inputs, shape: [5], targets })
  const net = network(5, dense(7, activation), dense(6, activation), dense(3))
  const options = { network: net, loss: one.loss, labels: false, batch: N }
  const session = smallSession(smallOptions(options))
  // Large weights, away from the kinks of relu.
  for (const block of BLOCKS) {
    const [weight, bias] = ['weight', 'bias'].map((name) => `blocks.${block}.${name}`)
    for (const [name = '', seed, size] of [
      [weight, 20, 1],
      [bias, 9, 0.3],
    ] as const) {
      const { length } = session.read(name).data
      session.write(
        name,
        values(length, block + seed).map((value) => size * value),
      )
    }
  }
  const task = taskOf({
    ...{ network: net, session, seed: 5, examples },
    ...{ loss: one.reference, learningRate: RATE },
  })
  await train(session, engineData(examples), 1, RATE)
  const distances = bp(task).flatMap((change, block) =>
    (['weight', 'bias'] as const).map((name) => {
      const before = task.parameters[block]?.[name]?.data ?? []
      const moved = read(session, `blocks.${block}.${name}`)
      return relative(
        moved.map((value, i) => value - (before[i] ?? NaN)),
        change?.[name].data ?? [],
      )
    }),
  )
  expect(distances).toHaveLength(2 * BLOCKS.length)
  return Math.max(...distances)
}

describe('the gradient of backpropagation by every parameter', () => {
  for (const { name: activation } of activations) {
    for (const one of cases) {
      const what = one.reference.kind === 'mse' ? `mse of ${one.reference.output}` : one.loss.name
      test(`for ${activation} and ${what} is that of plain loops`, async () => {
        expect(await worst(activation, one)).toBeLessThan(1e-5)
      })
    }
  }
})
