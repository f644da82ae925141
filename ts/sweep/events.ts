import type { EpochEvent, ProgressEvent } from '../training/events.js'
import type { Job } from './job.js'
import type { Outcome } from './samplers/sampler.js'
import type { EndEvent } from './storage/events.js'
import type { Metric } from './workers/executor.js'

/** What a sweep tells while it is at work: `sweep`, then of its trials, then `end`. */
export type SweepEvent = BegunEvent | TrialEvent | EndedEvent

/** How far a sweep is, this session and those before. */
export interface Count {
  /** Trials at their end, those that failed included; pruned ones are known at the sweep's end. */
  readonly done: number
  readonly failed: number
  /** Of the whole sweep, at most. */
  readonly trials: number
  /** Of the jobs at their end. */
  readonly epochs: number
  /** Those of the whole sweep, if configurations to come take as many as those so far. */
  readonly expected: number
}

export interface BegunEvent extends Reached {
  readonly event: 'sweep'
  readonly folder: string
  readonly configurations: number
  readonly repeats: number
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
