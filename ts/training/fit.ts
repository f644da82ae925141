import { availableParallelism } from 'node:os'
import { grids } from '../compile/feedback.js'
import { compile } from '../compile/index.js'
import { inputScale } from '../data/scaling.js'
import { split } from '../data/split.js'
import { width, type Examples } from '../data/examples.js'
import { DataSet, engine as findEngine, Session, type Binding } from '../engine/index.js'
import type { Program } from '../engine/program.js'
import { FeedalignError, UsageError } from '../errors.js'
import { describe, parameterCount } from '../network/index.js'
import type { Position } from './checkpoint.js'
import { among, checkAlike, checkFits, factor, share, whole } from './checks.js'
import { defaultBatch, defaultEpochs, defaultLearningRate } from './defaults.js'
import type { EpochEvent, StartEvent, TrainingEvent } from './events.js'
import { losses } from './losses.js'
import { optimizers, type Optimizer } from './optimizers.js'
import { angles } from './probe.js'
import type { Evaluation, FitOptions, Run, Split } from './run.js'
import { Saver } from './saving.js'
import { schedules } from './schedules.js'

/** Examples that the angles are measured on, at most. */
const PROBED = 1000
/** A call's length, in seconds: short enough for Ctrl-C, long enough to cost nothing. */
const CALL_SECONDS = 0.1

export type { Evaluation, FitOptions, Run, Split } from './run.js'

/** Prepares a run; training happens while it is iterated. Throws `UsageError` on bad options. */
export function fit(options: FitOptions): Run {
  const trainer = new Trainer(options)
  return {
    model: trainer.session,
    restore: (which) => trainer.restore(which),
    evaluate: (split) => trainer.evaluate(split),
    [Symbol.asyncIterator]: () => trainer.events(),
    [Symbol.dispose]: () => {
      trainer.dispose()
    },
  }
}

class Trainer {
  readonly session: Session
  readonly #options: FitOptions
  readonly #engine: Binding
  readonly #optimizer: Optimizer
  readonly #epochs: number
  readonly #batch: number
  readonly #threads: number
  readonly #seed: number
  readonly #train: DataSet
  readonly #test: DataSet | undefined
  readonly #indices: { readonly train: Uint32Array; readonly validation: Uint32Array }
  readonly #saver: Saver | undefined
  #position: Position = { epoch: 0, step: 0, loss: 0, errors: 0, best: null }
  #state: 'fresh' | 'iterated' | 'ended' = 'fresh'
  #seconds = 0
  #samples = 0

  constructor(options: FitOptions) {
    this.#options = options
    const { network, rule, data, test } = options
    this.#epochs = whole('epochs', options.epochs ?? defaultEpochs, 1, 1e9)
    this.#batch = whole('batch', options.batch ?? defaultBatch, 1, 65_536)
    this.#seed = whole('seed', options.seed ?? 1, 0, Number.MAX_SAFE_INTEGER)
    checkFits(network, 'data', data)
    if (test !== undefined) {
      checkFits(network, 'test data', test)
      checkAlike(data, test)
    }
    this.#engine = findEngine(options.engine)
    this.#threads =
      this.#engine.name === 'wasm'
        ? 1
        : whole('threads', options.threads ?? availableParallelism(), 1, 1024)
    this.#optimizer =
      options.optimizer ??
      optimizers.sgd({ learningRate: defaultLearningRate(rule), schedule: schedules.cosine() })
    this.#indices = this.#split()
    const program = this.#compile()
    this.session = new Session(this.#engine, program, { threads: this.#threads, seed: this.#seed })
    this.#train = this.#dataSet(data)
    this.#test = test === undefined ? undefined : this.#dataSet(test)
    this.#saver = this.#makeSaver()
  }

  #compile(): Program {
    const { network, rule, data, loss = losses.crossEntropy() } = this.#options
    const { reduction = 'mean', inputScaling = 'standardise' } = this.#options
    const { weightScale = 1, feedbackScale = 1, feedbackRank, precision } = this.#options
    const { feedbackDensity = 1, feedbackGrid = 'f32' } = this.#options
    return compile({
      network,
      rule,
      loss,
      optimizer: this.#optimizer,
      batch: this.#batch,
      reduction,
      precision,
      labels: data.targets.kind === 'labels',
      weightScale: factor('weightScale', weightScale),
      feedbackScale: factor('feedbackScale', feedbackScale),
      feedbackRank:
        feedbackRank === undefined ? undefined : whole('feedbackRank', feedbackRank, 1, 1e6),
      feedbackDensity: share('feedbackDensity', feedbackDensity),
      feedbackGrid: among('feedbackGrid', feedbackGrid, grids),
      ...inputScale(data, inputScaling, this.#indices.train),
    })
  }

  /** The run's events; however they end, what was trained is saved. */
  async *events(): AsyncGenerator<TrainingEvent> {
    if (this.#state !== 'fresh') {
      throw new UsageError('this run was iterated before; call fit() again, with resume to go on')
    }
    this.#state = 'iterated'
    let failed = false
    try {
      yield* this.#events()
    } catch (error) {
      failed = true
      throw error
    } finally {
      this.#state = 'ended'
      if (!failed) await this.#saver?.leave(this.#position)
    }
  }

  async *#events(): AsyncGenerator<TrainingEvent> {
    const { signal, resume = false } = this.#options
    const stopped = (): boolean => signal?.aborted === true
    if (resume) await this.#goTo('last', this.#epochs)
    yield this.#start(resume)
    const fresh = this.#position.epoch === 0 && this.#position.step === 0
    if (fresh && !stopped()) yield await this.#epochEvent(null)
    while (this.#position.epoch < this.#epochs) {
      if (!stopped()) yield* this.#epoch()
      if (stopped()) {
        await this.#saver?.leave(this.#position)
        const { epoch, step } = this.#position
        yield { event: 'interrupted', epoch, step }
        return
      }
      yield await this.#endEpoch()
      // After the event: who writes it down has an epoch twice, if killed now, rather than never.
      await this.#saver?.save('last', this.#position)
    }
    yield await this.#done()
  }

  async restore(which: 'last' | 'best'): Promise<void> {
    if (this.#state === 'iterated') {
      throw new UsageError('a checkpoint is brought back before or after the loop, not within')
    }
    await this.#goTo(which, Infinity)
  }

  async #goTo(which: 'last' | 'best', epochs: number): Promise<void> {
    if (this.#saver === undefined) {
      throw new UsageError('to go on from a checkpoint, name `checkpoints`, the folder of it')
    }
    this.#position = await this.#saver.restore(which, { epochs, steps: this.#steps })
  }

  dispose(): void {
    this.session[Symbol.dispose]()
    this.#train[Symbol.dispose]()
    this.#test?.[Symbol.dispose]()
  }

  #makeSaver(): Saver | undefined {
    const { checkpoints, resume = false, validation = 0 } = this.#options
    if (checkpoints === undefined) {
      if (resume) throw new UsageError('resume needs `checkpoints`, the folder to go on from')
      return undefined
    }
    const { hash: data } = this.#train
    const settings = { data, batch: this.#batch, seed: this.#seed, validation }
    return new Saver(checkpoints, settings, this.session)
  }

  /** Of an epoch. */
  get #steps(): number {
    return Math.ceil(this.#indices.train.length / this.#batch)
  }

  /** The rest of the epoch at hand, in calls of about a tenth of a second. */
  async *#epoch(): AsyncGenerator<TrainingEvent> {
    const { signal } = this.#options
    const { epoch } = this.#position
    const indices = this.#indices.train
    const order = this.session
      .permutation(indices.length, epoch)
      .map((place) => indices[place] ?? 0)
    const steps = this.#steps
    let size = 4
    while (this.#position.step < steps && signal?.aborted !== true) {
      const first = this.#position.step
      const count = Math.min(size, steps - first)
      const started = performance.now()
      const rows = order.subarray(first * this.#batch, (first + count) * this.#batch)
      const knobs = this.#learningRates(epoch, first, count, steps)
      const metrics = await this.session.run('train', this.#train, rows, knobs)
      const seconds = (performance.now() - started) / 1000
      this.#seconds += seconds
      this.#samples += rows.length
      size = Math.max(1, Math.round((count * CALL_SECONDS) / seconds))
      this.#add(metrics.each('loss'), metrics.each('errors'))
      await this.#saver?.trained(this.#position)
      yield this.#progress(steps)
    }
  }

  #learningRates(epoch: number, first: number, count: number, steps: number): Float32Array {
    const { learningRate, schedule } = this.#optimizer
    return Float32Array.from(
      { length: count },
      (_, i) => learningRate * schedule.factor(epoch + (first + i) / steps, this.#epochs),
    )
  }

  /** Adds step by step, so that sums do not depend on how calls were cut. */
  #add(loss: Iterable<number>, errors: Iterable<number>): void {
    let { step, loss: lossSum, errors: errorSum } = this.#position
    for (const value of loss) {
      if (!Number.isFinite(value)) {
        const where = `${this.#position.epoch + 1}, step ${step + 1}`
        throw new FeedalignError(
          `the loss became ${value} in epoch ${where}; a smaller learning rate is the likely cure`,
        )
      }
      lossSum += value
      step += 1
    }
    for (const value of errors) errorSum += value
    this.#position = { ...this.#position, step, loss: lossSum, errors: errorSum }
  }

  #progress(steps: number): TrainingEvent {
    const { epoch, step, loss } = this.#position
    const rate = this.#samples / this.#seconds
    const total = this.#indices.train.length
    const left = (this.#epochs - epoch - step / steps) * total
    const seen = Math.min(step * this.#batch, total)
    return {
      event: 'progress',
      epoch: epoch + 1,
      step,
      steps,
      trainLoss: loss / seen,
      samplesPerSecond: rate,
      etaSeconds: left / rate,
    }
  }

  async #endEpoch(): Promise<EpochEvent> {
    const total = this.#indices.train.length
    const { epoch, loss, errors } = this.#position
    const train = { loss: loss / total, error: errors / total }
    this.#position = { ...this.#position, epoch: epoch + 1, step: 0, loss: 0, errors: 0 }
    const event = await this.#epochEvent(train)
    const { validationError } = event
    const { best } = this.#position
    if (validationError !== undefined && (best === null || validationError < best)) {
      this.#position = { ...this.#position, best: validationError }
      await this.#saver?.save('best', this.#position)
    }
    return event
  }

  async #epochEvent(train: { loss: number; error: number } | null): Promise<EpochEvent> {
    const { validation } = this.#indices
    const probed = (validation.length > 0 ? validation : this.#indices.train).subarray(0, PROBED)
    // The first step measures the matrices too.
    const knobs = new Float32Array(Math.ceil(probed.length / this.#batch))
    knobs[0] = 1
    const metrics = await this.session.run('probe', this.#train, probed, knobs)
    const found = angles(this.session, metrics, this.#options.network.blocks.length)
    return {
      event: 'epoch',
      epoch: this.#position.epoch,
      trainLoss: train?.loss ?? null,
      trainError: train?.error ?? null,
      ...(await this.#errors()),
      angles: found.signals,
      weightAngles: found.weights,
      seconds: this.#seconds,
      samplesPerSecond: this.#seconds > 0 ? this.#samples / this.#seconds : 0,
    }
  }

  async #errors(): Promise<{ validationError?: number; testError?: number }> {
    const error = async (split: Split): Promise<number> => (await this.evaluate(split)).error
    return {
      ...(this.#indices.validation.length > 0
        ? { validationError: await error('validation') }
        : {}),
      ...(this.#test === undefined ? {} : { testError: await error('test') }),
    }
  }

  async evaluate(split: Split): Promise<Evaluation> {
    const data = split === 'test' ? this.#test : this.#train
    const indices = split === 'test' ? ascending(data?.count ?? 0) : this.#indices[split]
    if (data === undefined || indices.length === 0) {
      throw new UsageError(`the run has no ${split} examples`)
    }
    const sums = await this.session.run('evaluate', data, indices)
    const mean = (metric: string): number => sums.sum(metric) / indices.length
    return { error: mean('errors'), loss: mean('loss'), examples: indices.length }
  }

  async #done(): Promise<TrainingEvent> {
    const { weightsSha256 } = this.session
    return {
      event: 'done',
      ...(await this.#errors()),
      epochs: this.#position.epoch,
      seconds: this.#seconds,
      weightsSha256,
    }
  }

  #start(resumed: boolean): StartEvent {
    const { network, rule } = this.#options
    const { epoch, step } = this.#position
    return {
      event: 'start',
      rule: rule.name,
      network: describe(network),
      parameters: parameterCount(network),
      threads: this.#threads,
      kernel: this.session.kernel,
      engine: this.#engine.name,
      precision: this.#options.precision ?? 'f32',
      batch: this.#batch,
      epochs: this.#epochs,
      seed: this.#seed,
      learningRate: this.#optimizer.learningRate,
      train: this.#indices.train.length,
      validation: this.#indices.validation.length,
      test: this.#test?.count ?? 0,
      ...(resumed ? { resumedFrom: { epoch, step } } : {}),
    }
  }

  #dataSet(examples: Examples): DataSet {
    const { inputs, shape, targets } = examples
    return targets.kind === 'labels'
      ? new DataSet(this.#engine, inputs, width(shape), targets.labels, targets.classes)
      : new DataSet(this.#engine, inputs, width(shape), targets.values, targets.width)
  }

  #split(): { train: Uint32Array; validation: Uint32Array } {
    const { data, validation = 0 } = this.#options
    if (validation === 0) {
      return { train: ascending(data.count), validation: new Uint32Array(0) }
    }
    return split(data, validation, this.#seed)
  }
}

const ascending = (count: number): Uint32Array => Uint32Array.from({ length: count }, (_, i) => i)
