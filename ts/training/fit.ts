import { availableParallelism } from 'node:os'
import type { Examples } from '../data/examples.js'
import { engine as findEngine, Session, type Binding, type DataSet } from '../engine/index.js'
import { FeedalignError, UsageError } from '../errors.js'
import { describe, parameterCount } from '../network/index.js'
import { Calls } from './calls.js'
import type { Position } from './checkpoint.js'
import { whole } from './checks.js'
import { copyOf } from './copy.js'
import { defaultEpochs } from './defaults.js'
import { Diagnostics, type BlockDiagnostics } from './diagnostics.js'
import { Evaluator, type Errors } from './evaluator.js'
import type { EpochEvent, StartEvent, TrainingEvent } from './events.js'
import { hold, type Held } from './held.js'
import { knobValues } from './knobs.js'
import type { Optimizer } from './optimizers.js'
import { programOf, settle, type Settled } from './program.js'
import type { Evaluation, FitOptions, Run, Split } from './run.js'
import { Saver } from './saving.js'
import { checkedPatience, judged } from './stopping.js'

/** Examples that blocks are measured on, at most; the errors too before there is training. */
const PROBED = 1000
export type { Evaluation, FitOptions, Run, Split } from './run.js'

/** Prepares a run; training happens while it is iterated. Throws `UsageError` on bad options. */
export function fit(options: FitOptions): Run {
  const trainer = new Trainer(options)
  return {
    model: trainer.session,
    restore: (which) => trainer.restore(which),
    evaluate: (split) => trainer.evaluate(split),
    probe: (split, examples) => trainer.probe(split, examples),
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
  readonly #patience: number
  readonly #settled: Settled
  /** Of the data trained on, and of that for testing where there is some. */
  readonly #held: Held[] = []
  readonly #train: DataSet
  readonly #test: DataSet | undefined
  readonly #indices: Settled['indices']
  readonly #saver: Saver | undefined
  readonly #calls: Calls
  readonly #evaluator: Evaluator
  readonly #diagnostics: Diagnostics
  #position: Position = { epoch: 0, step: 0, loss: 0, errors: 0, best: null, stale: 0 }
  #state: 'fresh' | 'iterated' | 'ended' = 'fresh'
  /** Whether all that there was to train is trained. */
  #done = false
  #seconds = 0
  #samples = 0
  /** Those of the model as it is, where they are known. */
  #known: Errors | undefined

  constructor(options: FitOptions) {
    this.#options = options
    const { network, data, test } = options
    if (options.resume === true && options.checkpoints === undefined) {
      throw new UsageError('resume needs `checkpoints`, the folder to go on from')
    }
    this.#epochs = whole('epochs', options.epochs ?? defaultEpochs, 1, 1e9)
    this.#patience = checkedPatience(options.patience, options.validation ?? 0)
    this.#settled = settle(options)
    this.#optimizer = this.#settled.optimizer
    this.#batch = this.#settled.batch
    this.#seed = this.#settled.seed
    this.#indices = this.#settled.indices
    this.#engine = findEngine(options.engine)
    this.#threads =
      this.#engine.name === 'wasm'
        ? 1
        : whole('threads', options.threads ?? availableParallelism(), 1, 1024)
    const program = programOf(options, this.#settled)
    try {
      this.#train = this.#hold(data)
      this.#test = test === undefined ? undefined : this.#hold(test)
      const sessionOptions = { threads: this.#threads, seed: this.#seed }
      this.session = new Session(this.#engine, program, sessionOptions)
    } catch (error) {
      this.#release()
      throw error
    }
    this.#saver = this.#makeSaver()
    this.#calls = new Calls(this.session)
    this.#diagnostics = new Diagnostics(this.#calls, network)
    const { train, validation } = this.#indices
    this.#evaluator = new Evaluator(this.#calls, {
      train: { data: this.#train, indices: train },
      validation: { data: this.#train, indices: validation },
      test: { data: this.#test, indices: ascending(this.#test?.count ?? 0) },
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
      // What is done is saved, as far as it is to be.
      if (!failed && !this.#done) await this.#saver?.leave(this.#position)
      else await this.#saver?.written().catch(() => undefined)
    }
  }

  async *#events(): AsyncGenerator<TrainingEvent> {
    if (this.#options.resume === true) await this.#goTo('last', this.#epochs)
    const { epoch, step } = this.#position
    yield this.#start(this.#options.resume === true || epoch > 0 || step > 0)
    if (epoch === 0 && step === 0) {
      const event = await this.#epochEvent(0, null)
      if (event !== undefined) yield event
    }
    while (this.#position.epoch < this.#epochs && this.#position.stale < this.#patience) {
      yield* this.#epoch()
      const event = await this.#endEpoch()
      if (event === undefined) {
        await this.#saver?.leave(this.#position)
        yield { event: 'interrupted', epoch: this.#position.epoch, step: this.#position.step }
        return
      }
      yield event
      // After the event: who writes it down has an epoch twice, if killed now, rather than never.
      await this.#saver?.endedEpoch(this.#position)
    }
    await this.#saver?.written()
    const event = await this.#doneEvent()
    this.#done = true
    yield event
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
    this.#known = undefined
    this.#position = await this.#saver.restore(which, { epochs, steps: this.#steps })
  }

  dispose(): void {
    this.session[Symbol.dispose]()
    this.#release()
  }

  #hold(examples: Examples): DataSet {
    const held = hold(this.#engine, examples)
    this.#held.push(held)
    return held.data
  }

  #release(): void {
    for (const held of this.#held) held[Symbol.dispose]()
  }

  #makeSaver(): Saver | undefined {
    const { checkpoints, checkpointEvery = 'epoch', validation = 0 } = this.#options
    if (checkpoints === undefined) return undefined
    const settings = () => ({
      data: this.#train.hash,
      batch: this.#batch,
      seed: this.#seed,
      validation,
    })
    return new Saver(checkpoints, checkpointEvery, settings, this.session)
  }

  /** Of an epoch. */
  get #steps(): number {
    return Math.ceil(this.#indices.train.length / this.#batch)
  }

  readonly #stopped = (): boolean => this.#options.signal?.aborted === true

  /** The rest of the epoch at hand. */
  async *#epoch(): AsyncGenerator<TrainingEvent> {
    const { epoch, step: done } = this.#position
    const { train } = this.#indices
    const steps = this.#steps
    if (this.#stopped() || done === steps) return
    const order = this.session.permutation(train.length, epoch)
    for (let i = 0; i < order.length; i++) order[i] = train[order[i] ?? 0] ?? 0
    const calls = this.#calls.run({
      phase: 'train',
      data: this.#train,
      examples: order,
      knobs: (first, count) => this.#knobs({ epoch, first, count }),
      done,
      stopped: this.#stopped,
    })
    for await (const { metrics, count, seconds } of calls) {
      this.#seconds += seconds
      this.#samples += count
      this.#known = undefined
      this.#add(metrics.each('loss'), this.#judges ? metrics.each('errors') : [])
      await this.#saver?.trained(this.#position)
      yield this.#progress(steps)
    }
  }

  get #training() {
    return this.session.program.phases.find(({ name }) => name === 'train')
  }

  /** Whether training tells which examples it had wrong: not every rule asks for classes. */
  get #judges(): boolean {
    return this.#training?.metrics.includes('errors') === true
  }

  #knobs(steps: { epoch: number; first: number; count: number }): Float32Array {
    const course = {
      optimizer: this.#optimizer,
      epochs: this.#epochs,
      steps: this.#steps,
      freeze: this.#options.freeze ?? [],
    }
    return knobValues(this.#training?.knobs ?? [], course, steps)
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

  /** Undefined where the epoch, or what is measured after it, was stopped before its end. */
  async #endEpoch(): Promise<EpochEvent | undefined> {
    const total = this.#indices.train.length
    const { epoch, step, loss, errors } = this.#position
    if (step < this.#steps) return undefined
    const train = { loss: loss / total, error: this.#judges ? errors / total : null }
    const event = await this.#epochEvent(epoch + 1, train)
    if (event === undefined) return undefined
    this.#position = { ...this.#position, epoch: epoch + 1, step: 0, loss: 0, errors: 0 }
    const { position, isBest } = judged(this.#position, event.validationError)
    this.#position = position
    if (isBest) await this.#saver?.better(position)
    return event
  }

  async #epochEvent(
    epoch: number,
    train: { loss: number; error: number | null } | null,
  ): Promise<EpochEvent | undefined> {
    const { validation } = this.#indices
    const probed = (validation.length > 0 ? validation : this.#indices.train).subarray(0, PROBED)
    const given = { data: this.#train, examples: probed, stopped: this.#stopped }
    const { diagnostics = true } = this.#options
    const blocks = diagnostics ? await this.#diagnostics.measure(given) : []
    const most = epoch === 0 ? PROBED : undefined
    const errors =
      blocks === undefined ? undefined : await this.#evaluator.errors(this.#stopped, most)
    if (blocks === undefined || errors === undefined) return undefined
    if (epoch > 0) this.#known = errors
    return {
      event: 'epoch',
      epoch,
      trainLoss: train?.loss ?? null,
      trainError: train?.error ?? null,
      ...errors,
      angles: blocks.slice(0, -1).map(({ signalAngle }) => signalAngle),
      blocks,
      seconds: this.#seconds,
      samplesPerSecond: this.#seconds > 0 ? this.#samples / this.#seconds : 0,
    }
  }

  async evaluate(split: Split): Promise<Evaluation> {
    const evaluation = await this.#evaluator.evaluate(split)
    if (evaluation === undefined) throw new UsageError(`the run has no ${split} examples`)
    return evaluation
  }

  async probe(split: Split, most = PROBED): Promise<readonly BlockDiagnostics[]> {
    const probed = this.#evaluator.examples(split, whole('examples', most, 1, 2 ** 32))
    const program = programOf(this.#options, { ...this.#settled, largestInverse: Infinity })
    const options = { threads: this.#threads, seed: this.#seed }
    const copy = copyOf(this.session, program, this.#engine, options)
    try {
      const diagnostics = new Diagnostics(new Calls(copy), this.#options.network)
      return (await diagnostics.measure(probed)) ?? []
    } finally {
      copy[Symbol.dispose]()
    }
  }

  async #doneEvent(): Promise<TrainingEvent> {
    const { weightsSha256 } = this.session
    return {
      event: 'done',
      ...(this.#known ?? (await this.#evaluator.errors())),
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
      weightScale: this.#options.weightScale ?? rule.defaults.weightScale,
      train: this.#indices.train.length,
      validation: this.#indices.validation.length,
      test: this.#test?.count ?? 0,
      ...(resumed ? { resumedFrom: { epoch, step } } : {}),
    }
  }
}

const ascending = (count: number): Uint32Array => Uint32Array.from({ length: count }, (_, i) => i)
