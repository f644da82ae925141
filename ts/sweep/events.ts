import type { EpochEvent, ProgressEvent } from '../training/events.js'
import type { Job } from './job.js'
import type { Outcome } from './samplers/sampler.js'
import type { EndEvent } from './storage/events.js'
import type { Metric } from './workers/executor.js'

/** What a sweep tells while it is at work: `sweep`, then of its trials, then `end`. */
export type SweepEvent = BegunEvent | TrialEvent | EndedEvent

/** How far a sweep is, this session and those before. */
export interface Count {
  /**
   * Trials at rest: trained in full, failed, or at a rung, where a pruner may leave them or have
   * them go on.
   */
  readonly done: number
  readonly failed: number
  readonly trials: number
  /** Of jobs that have ended. */
  readonly epochs: number
}

export interface BegunEvent extends Reached {
  readonly event: 'sweep'
  readonly folder: string
  readonly configurations: number
  readonly repeats: number
  /** Epochs of all trials together; null where a pruner will make them fewer. */
  readonly total: number | null
  readonly metric: Metric
  /** Whether test errors choose. */
  readonly onTest: boolean
}

/** Which piece of which trial. */
export interface Piece extends Job {
  readonly seed: number
}

type Figure = 'trainLoss' | 'trainError' | 'validationError' | 'testError'

/** What is told of an epoch. */
export type Figures = Pick<EpochEvent, 'event' | 'epoch' | Figure>

export type TrialEvent =
  | (Piece & { readonly event: 'start' })
  | (Piece & ProgressEvent)
  | (Piece & Figures)
  | (Piece & Reached & { readonly event: 'result'; readonly value: number })
  | (Piece & Reached & { readonly event: 'failed'; readonly error: string })
  | (Piece & { readonly event: 'interrupted' })

export interface Reached extends Count {
  /** The best configuration so far; its value is the metric, as it is. */
  readonly best: Outcome | undefined
}

export interface EndedEvent extends Reached {
  readonly event: 'end'
  readonly reason: EndEvent['reason']
  /** Of this session. */
  readonly seconds: number
}
