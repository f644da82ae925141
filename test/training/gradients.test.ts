import { describe, expect, test } from 'vitest'
import { dataset } from '../../ts/data/examples.js'
import { activations, dense, network, type ActivationName } from '../../ts/network/index.js'
import { losses, type Loss } from '../../ts/training/losses.js'
import { engineData, smallOptions, smallSession, train, values } from './small.js'

/** A layer in plain f64: weight [inputs × outputs], row-major. */
interface Layer {
  weight: Float64Array
  bias: Float64Array
  inputs: number
  outputs: number
}

const N = 6
/** So large that the step dwarfs the rounding of the weight it is taken from. */
const RATE = 4096
const SIZES = [5, 7, 6, 3]

const activate: Record<ActivationName, (a: number) => number> = {
  identity: (a) => a,
  tanh: Math.tanh,
  sigmoid: (a) => 1 / (1 + Math.exp(-a)),
  relu: (a) => Math.max(a, 0),
  'leaky-relu': (a) => (a > 0 ? a : Math.fround(0.01) * a),
}

/** Mean loss over the examples, by the definitions alone. */
function meanLoss(
  layers: readonly Layer[],
  x: Float32Array,
  t: Float32Array,
  activation: ActivationName,
  loss: string,
): number {
  let total = 0
  for (let n = 0; n < N; n++) {
    let h = Array.from(x.subarray(n * 5, n * 5 + 5))
    layers.forEach(({ weight, bias, inputs, outputs }, l) => {
      const f = l === layers.length - 1 ? activate.identity : activate[activation]
      h = Array.from({ length: outputs }, (_, o) => {
        let a = bias[o] ?? 0
        for (let i = 0; i < inputs; i++) a += (h[i] ?? 0) * (weight[i * outputs + o] ?? 0)
        return f(a)
      })
    })
    const target = Array.from(t.subarray(n * 3, n * 3 + 3))
    const log = Math.log(h.reduce((sum, a) => sum + Math.exp(a), 0))
    h.forEach((a, c) => {
      const y = target[c] ?? 0
      if (loss === 'cross-entropy') total -= y * (a - log)
      if (loss === 'binary-cross-entropy') total += Math.log(1 + Math.exp(a)) - y * a
      if (loss === 'mse') total += 0.5 * (a - y) ** 2
    })
  }
  return total / N
}

/** The gradient of every parameter by central differences in f64. */
function differences(layers: readonly Layer[], f: () => number): Float64Array[] {
  const step = 1e-5
  return layers.flatMap(({ weight, bias }) =>
    [weight, bias].map((parameter) =>
      Float64Array.from(parameter, (held, i) => {
        parameter[i] = held + step
        const up = f()
        parameter[i] = held - step
        const down = f()
        parameter[i] = held
        return (up - down) / (2 * step)
      }),
    ),
  )
}

async function compareGradients(activation: ActivationName, loss: Loss): Promise<number> {
  const inputs = values(N * 5, 3)
  // Rows that sum to one, as cross-entropy wants them.
  const targets = Float32Array.from({ length: N * 3 }, (_, i) => [0.5, 0.25, 0.25][i % 3] ?? 0)
  const data = engineData(dataset({ inputs, shape: [5], targets }))
  const net = network(5, dense(7, activation), dense(6, activation), dense(3))
  const session = smallSession(smallOptions({ network: net, loss, labels: false, batch: N }))
  const names = [0, 1, 2].flatMap((b) => [`blocks.${b}.weight`, `blocks.${b}.bias`])
  // Away from the kinks of relu, and with biases that matter.
  for (const block of [0, 1, 2]) {
    const bias = values(SIZES[block + 1] ?? 0, block + 9).map((value) => 0.3 * value)
    session.write(`blocks.${block}.bias`, bias)
    const weight = session.read(`blocks.${block}.weight`).data
    session.write(`blocks.${block}.weight`, values(weight.length, block + 20))
  }
  const before = names.map((name) => Float64Array.from(session.read(name).data))
  const layers = [0, 1, 2].map((b) => ({
    weight: before[2 * b] ?? new Float64Array(),
    bias: before[2 * b + 1] ?? new Float64Array(),
    inputs: SIZES[b] ?? 0,
    outputs: SIZES[b + 1] ?? 0,
  }))
  const expected = differences(layers, () =>
    meanLoss(layers, inputs, targets, activation, loss.name),
  )
  await train(session, data, 1, RATE)
  let worst = 0
  names.forEach((name, i) => {
    const after = session.read(name).data
    const gradient = expected[i] ?? new Float64Array()
    let wrong = 0
    let norm = 0
    gradient.forEach((g, at) => {
      const moved = ((before[i]?.[at] ?? 0) - (after[at] ?? 0)) / RATE
      wrong += (moved - g) ** 2
      norm += g ** 2
    })
    worst = Math.max(worst, Math.sqrt(wrong / norm))
  })
  return worst
}

describe('the gradient of backpropagation agrees with finite differences', () => {
  for (const { name } of activations) {
    for (const loss of [losses.crossEntropy(), losses.binaryCrossEntropy(), losses.mse()]) {
      test(`for ${name} and ${loss.name}`, async () => {
        expect(await compareGradients(name, loss)).toBeLessThan(1e-5)
      })
    }
  }
})
