import { existsSync } from 'node:fs'
import { fitOptions } from '../../config/index.js'
import type { Loaded } from '../../data/sets/index.js'
import { reason } from '../../errors.js'
import { checkpointFile } from '../../training/checkpoint.js'
import type { EpochEvent, TrainingEvent } from '../../training/events.js'
import { fit } from '../../training/fit.js'
import type { CurvePoint } from '../storage/events.js'
import type { Ended, Executor, TrialJob } from '../workers/executor.js'
import { remove } from './folders.js'

/** Does jobs in this thread, which the engine leaves free; after `stop` it does no more. */
export class InProcessExecutor implements Executor {
  readonly capacity: number
  readonly #loaded: Loaded
  readonly #stop = new AbortController()
  readonly #atWork = new Set<Promise<unknown>>()

  constructor(loaded: Loaded, capacity: number) {
    this.#loaded = loaded
    this.capacity = capacity
  }

  async run(job: TrialJob, tell: (event: TrainingEvent) => void): Promise<Ended> {
    const work = this.#train(job, tell)
    this.#atWork.add(work)
    try {
      return await work
    } finally {
      this.#atWork.delete(work)
    }
  }

  stop(): void {
    this.#stop.abort()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.stop()
    await Promise.allSettled(this.#atWork)
  }

  async #train(job: TrialJob, tell: (event: TrainingEvent) => void): Promise<Ended> {
    const { config, folder, metric, to, last } = job
    const { signal } = this.#stop
    if (signal.aborted) return { state: 'interrupted' }
    const curve: CurvePoint[] = []
    let seconds = 0
    try {
      const { test, ...options } = fitOptions(config, this.#loaded)
      const resume = existsSync(checkpointFile(folder, 'last'))
      const testing = metric === 'testError' && test !== undefined ? { test } : {}
      using run = fit({ ...options, ...testing, signal, checkpoints: folder, resume })
      for await (const event of run) {
        tell(event)
        if (event.event === 'interrupted') return { state: 'interrupted' }
        if (event.event === 'epoch') {
          curve.push(pointOf(event))
          seconds = event.seconds
        }
        const reached = event.event === 'epoch' && event.epoch >= to && !last
        if (!reached && event.event !== 'done') continue
        const value = curve.at(-1)?.[metric]
        // It stood at its end already: what that came to is known by training again alone.
        if (value === undefined) break
        const { weightsSha256 } = run.model
        const epochs = curve.at(-1)?.epoch ?? to
        return { state: 'done', value, epochs, curve, seconds, weightsSha256 }
      }
    } catch (error) {
      const epochs = curve.at(-1)?.epoch ?? job.from
      return { state: 'failed', error: reason(error), epochs, curve, seconds }
    }
    await remove(folder)
    return await this.#train(job, tell)
  }
}

function pointOf({ epoch, trainLoss, trainError, ...rest }: EpochEvent): CurvePoint {
  const { validationError, testError } = rest
  const figures = { trainLoss, trainError, validationError, testError }
  const known = Object.entries(figures).filter(([, value]) => typeof value === 'number')
  return { epoch, ...Object.fromEntries(known) }
}
