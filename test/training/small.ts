import { compile, type CompileOptions } from '../../ts/compile/index.js'
import { dataset, type Examples } from '../../ts/data/examples.js'
import { DataSet, Session } from '../../ts/engine/index.js'
import { native } from '../../ts/engine/native.js'
import { parseNetwork } from '../../ts/network/index.js'
import { rules } from '../../ts/rules/index.js'
import { losses } from '../../ts/training/losses.js'
import { optimizers } from '../../ts/training/optimizers.js'

/** Reproducible values in (−1, 1). */
export function values(count: number, seed = 1): Float32Array {
  let state = seed
  return Float32Array.from({ length: count }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 31 - 1
  })
}

/** 40 examples of 12 inputs in 4 classes. */
export function smallData(): Examples {
  const targets = Uint32Array.from({ length: 40 }, (_, i) => (i * 7) % 4)
  return dataset({ inputs: values(40 * 12), shape: [12], targets })
}

/** What `compile` takes for a small network, with changes. */
export function smallOptions(changes: Partial<CompileOptions> = {}): CompileOptions {
  return {
    network: parseNetwork('12-20-18-4', 'tanh'),
    rule: rules.bp(),
    loss: losses.crossEntropy(),
    optimizer: optimizers.sgd({ learningRate: 0.1 }),
    batch: 16,
    reduction: 'mean',
    labels: true,
    weightScale: 1,
    feedbackScale: 1,
    scale: 1,
    shift: 0,
    ...changes,
  }
}

/** A session on the native engine. */
export function smallSession(options: CompileOptions, threads = 1): Session {
  return new Session(native(), compile(options), { threads, seed: 5 })
}

/** The small data in the native engine. */
export function engineData(examples = smallData()): DataSet {
  const { inputs, shape, targets } = examples
  const size = shape.reduce((product, length) => product * length, 1)
  return targets.kind === 'labels'
    ? new DataSet(native(), inputs, size, targets.labels, targets.classes)
    : new DataSet(native(), inputs, size, targets.values, targets.width)
}

/** Trains over the examples in order, `epochs` times, at a constant rate. */
export async function train(
  session: Session,
  data: DataSet,
  epochs = 1,
  rate = 0.1,
): Promise<void> {
  const examples = Uint32Array.from({ length: data.count }, (_, i) => i)
  const knobs = new Float32Array(Math.ceil(data.count / session.program.batch)).fill(rate)
  for (let epoch = 0; epoch < epochs; epoch++) await session.run('train', data, examples, knobs)
}
