import { compile, type CompileOptions } from '../../ts/compile/index.js'
import { dataset, width, type Examples } from '../../ts/data/examples.js'
import { DataSet, Session, type Binding } from '../../ts/engine/index.js'
import { native } from '../../ts/engine/native.js'
import { parseNetwork } from '../../ts/network/index.js'
import { rules } from '../../ts/rules/index.js'
import type { TrainingEvent } from '../../ts/training/events.js'
import type { FitOptions } from '../../ts/training/fit.js'
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

/** A session, on the native engine unless told. */
export function smallSession(options: CompileOptions, threads = 1, engine = native()): Session {
  return new Session(engine, compile(options), { threads, seed: 5 })
}

/** The small data, in the native engine unless told. */
export function engineData(examples = smallData(), engine: Binding = native()): DataSet {
  const { inputs, shape, targets } = examples
  return targets.kind === 'labels'
    ? DataSet.of(engine, inputs, width(shape), targets.labels, targets.classes)
    : DataSet.of(engine, inputs, width(shape), targets.values, targets.width)
}

/** A tensor of the session in f64. */
export const read = (session: Session, tensor: string): Float64Array =>
  Float64Array.from(session.read(tensor).data)

/** |a − b| / |b|, in the Frobenius norm. */
export function relative(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let wrong = 0
  let norm = 0
  for (let i = 0; i < b.length; i++) {
    wrong += ((a[i] ?? NaN) - (b[i] ?? NaN)) ** 2
    norm += (b[i] ?? NaN) ** 2
  }
  return Math.sqrt(wrong / norm)
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

/** What `fit` takes for a small network on the small data: 6 epochs of 10 steps, with changes. */
export function smallFit(changes: Partial<FitOptions> = {}): FitOptions {
  return {
    network: parseNetwork('12-20-18-4'),
    optimizer: optimizers.sgd({ learningRate: 0.1, momentum: 0.5 }),
    rule: rules.fa(),
    data: smallData(),
    batch: 4,
    epochs: 6,
    ...changes,
  }
}

/** Goes through a run's events and returns the hash of its final weights. */
export async function finish(run: AsyncIterable<TrainingEvent>): Promise<string> {
  for await (const event of run) if (event.event === 'done') return event.weightsSha256
  throw new Error('the run came to no end')
}
