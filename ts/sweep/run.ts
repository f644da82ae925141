import { FeedalignError, UsageError } from '../errors.js'
import type { EpochEvent, TrainingEvent } from '../training/events.js'
import { parseDuration } from './durations.js'
import type { BegunEvent, Figures, Piece, SweepEvent } from './events.js'
import { Ledger, type AtEnd, type Journal, type Known } from './ledger.js'
import type { Spec } from './spec.js'
import type { EndEvent } from './storage/events.js'
import { trialJob } from './trial.js'
import type { Ended, Executor, TrialJob } from './workers/executor.js'

/** What a session of a sweep works with. */
export interface SweepSession {
  readonly spec: Spec
  /** The sweep's: trials have their checkpoints in it. */
  readonly folder: string
  readonly journal: Journal
  readonly executor: Executor
  /** From sessions before this one; nothing unless told. */
  readonly known?: Known
  /** Ends the session in order: what is at work is saved, to be gone on with. */
  readonly signal?: AbortSignal | undefined
}

/** The loop looks up at least so often: workers come, and time goes by, without a word. */
const TICK_MILLISECONDS = 500

/**
 * Works on a sweep until it is finished, stopped or out of time; iterate it for what happens.
 * Leaving the loop stops it in order. Throws `FeedalignError` where a trial fails and that is to
 * end the sweep, or where nothing more can be kept.
 */
export async function* runSweep(session: SweepSession): AsyncGenerator<SweepEvent> {
  const loop = new Loop(session)
  try {
    yield* loop.events()
  } finally {
    await loop.leave()
  }
}

class Loop {
  readonly #session: SweepSession
  readonly #ledger: Ledger
  readonly #started = performance.now()
  readonly #running = new Map<number, Promise<void>>()
  /** What happened and was not told yet. */
  readonly #events: SweepEvent[] = []
  /** Whether there was anything since the loop looked last, and how it is told. */
  #stirred = false
  #onStir: () => void = () => undefined
  /** Why no more is begun. */
  #end: EndEvent['reason'] | undefined
  #failure: Error | undefined
  #left = false

  constructor(session: SweepSession) {
    this.#session = session
    const { spec, journal, known = { tasks: [], results: [] } } = session
    this.#ledger = new Ledger(spec, journal, known)
  }

  async *events(): AsyncGenerator<SweepEvent> {
    const { signal } = this.#session
    signal?.addEventListener('abort', this.#stop)
    try {
      yield this.#begun()
      for (;;) {
        this.#stirred = false
        this.#look()
        this.#fill()
        yield* this.#events.splice(0)
        // More may have come while those were looked at.
        const told = this.#events.length === 0
        if (this.#end !== undefined && this.#running.size === 0 && told) break
        await this.#happening()
      }
    } finally {
      signal?.removeEventListener('abort', this.#stop)
    }
    const seconds = (performance.now() - this.#started) / 1000
    yield { event: 'end', reason: this.#close(), seconds, ...this.#ledger.reached }
    if (this.#failure !== undefined) throw this.#failure
  }

  /** Where the loop was left early, waits until what is at work is saved. */
  async leave(): Promise<void> {
    if (this.#left) return
    this.#stop()
    await Promise.all(this.#running.values())
    this.#close()
  }

  /** Why the session ended, which is kept where anything can be. */
  #close(): EndEvent['reason'] {
    this.#left = true
    const reason = this.#end ?? 'stopped'
    this.#guarded(() => {
      this.#ledger.end(reason)
    })
    return reason
  }

  readonly #stop = (): void => {
    this.#endBy('stopped')
  }

  /** The first reason counts. What is at work is interrupted. */
  #endBy(reason: EndEvent['reason'], failure?: Error): void {
    this.#failure ??= failure
    if (this.#end !== undefined) return
    this.#end = reason
    this.#session.executor.stop()
    this.#stir()
  }

  /** What cannot be kept ends the session. */
  #guarded<T>(work: () => T): T | undefined {
    try {
      return work()
    } catch (error) {
      this.#endBy('failed', asError(error))
      return undefined
    }
  }

  /** Whether it is time to end. */
  #look(): void {
    const { spec, signal } = this.#session
    const seconds = (performance.now() - this.#started) / 1000
    if (signal?.aborted === true) this.#stop()
    if (spec.time !== undefined && seconds >= parseDuration(spec.time)) this.#endBy('time')
  }

  /** Has as many jobs at work as there is room for. */
  #fill(): void {
    const { executor } = this.#session
    while (this.#end === undefined && this.#running.size < executor.capacity) {
      const piece = this.#guarded(() => this.#ledger.ask())
      if (piece === undefined) break
      const work = this.#work(piece).finally(() => {
        this.#running.delete(piece.trial)
        this.#stir()
      })
      this.#running.set(piece.trial, work)
    }
    if (this.#running.size === 0 && this.#ledger.finished) this.#endBy('finished')
  }

  /** Something to tell, something to do, or a while gone by. */
  async #happening(): Promise<void> {
    if (this.#stirred) return
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, TICK_MILLISECONDS)
      this.#onStir = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  }

  #stir(): void {
    this.#stirred = true
    this.#onStir()
  }

  #tell(event: SweepEvent): void {
    this.#events.push(event)
    this.#stir()
  }

  #begun(): BegunEvent {
    const { spec, folder } = this.#session
    const { metric, repeats } = spec
    const { reached, total } = this.#ledger
    const configurations = reached.trials / repeats
    const onTest = metric === 'testError'
    return { event: 'sweep', folder, configurations, repeats, total, metric, onTest, ...reached }
  }

  async #work(piece: Piece): Promise<void> {
    const { executor } = this.#session
    try {
      const job = this.#jobOf(piece)
      if ('state' in job) {
        this.#take(piece, job)
        return
      }
      const ended = await executor.run(job, this.#passer(piece))
      this.#take(piece, ended)
      if (ended.state !== 'interrupted') executor.journaled?.(job)
    } catch (error) {
      this.#giveBack(piece, error)
    }
  }

  /** What a worker is to do; a choice that no training can have fails the trial at once. */
  #jobOf(piece: Piece): TrialJob | (Ended & { state: 'failed' }) {
    const { spec, folder } = this.#session
    try {
      return trialJob(spec, piece, folder)
    } catch (error) {
      if (!(error instanceof UsageError)) throw error
      return { state: 'failed', error: error.message, epochs: 0, curve: [], seconds: 0 }
    }
  }

  /** Tells what a worker tells of the trial; it may be a while before it does. */
  #passer(piece: Piece): (event: TrainingEvent) => void {
    let begun = false
    return (event) => {
      if (!begun) this.#begin(piece)
      begun = true
      if (event.event === 'progress') this.#tell({ ...piece, ...event })
      if (event.event === 'epoch') this.#tell({ ...piece, ...figuresOf(event) })
    }
  }

  #begin(piece: Piece): void {
    this.#guarded(() => {
      this.#ledger.begun(piece)
    })
    this.#tell({ ...piece, event: 'start' })
  }

  #take(piece: Piece, ended: Ended): void {
    if (ended.state === 'interrupted') {
      this.#giveBack(piece)
      return
    }
    const outcome = finite(ended)
    const failed = outcome.state === 'failed'
    // No fault of the trial's, and those to come would fare no better.
    if (failed && isDiskFull(outcome.error)) throw new FeedalignError(outcome.error)
    this.#ledger.take(piece, outcome)
    const { reached } = this.#ledger
    if (!failed) this.#tell({ ...piece, event: 'result', value: outcome.value, ...reached })
    else this.#failed({ ...piece, event: 'failed', error: outcome.error, ...reached })
  }

  #failed(event: SweepEvent & { event: 'failed' }): void {
    this.#tell(event)
    if (this.#session.spec.onError !== 'stop') return
    this.#endBy('failed', new FeedalignError(`trial ${event.trial} failed: ${event.error}`))
  }

  /** A job that came to nothing; with an error, as no other would. */
  #giveBack(piece: Piece, error?: unknown): void {
    if (error !== undefined) this.#endBy('failed', asError(error))
    this.#guarded(() => {
      this.#ledger.giveBack(piece)
    })
    this.#tell({ ...piece, event: 'interrupted' })
  }
}

function figuresOf(event: EpochEvent): Figures {
  const { epoch, trainLoss, trainError, validationError, testError } = event
  return {
    event: 'epoch',
    epoch,
    trainLoss,
    trainError,
    ...(validationError === undefined ? {} : { validationError }),
    ...(testError === undefined ? {} : { testError }),
  }
}

const asError = (thrown: unknown): Error =>
  thrown instanceof Error ? thrown : new Error(String(thrown))

/** A value that no other can be compared with is a failure. */
function finite(ended: AtEnd): AtEnd {
  if (ended.state === 'failed' || Number.isFinite(ended.value)) return ended
  const { value, epochs, curve, seconds } = ended
  return { state: 'failed', error: `its value became ${value}`, epochs, curve, seconds }
}

/** By the system's word for it, which our errors keep. */
function isDiskFull(error: string): boolean {
  return /\((ENOSPC|EDQUOT)\)/.test(error)
}
