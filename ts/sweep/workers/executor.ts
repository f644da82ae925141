import type { Config } from '../../config/index.js'
import type { TrainingEvent } from '../../training/events.js'
import type { Job } from '../job.js'
import type { CurvePoint } from '../storage/events.js'

/** A job with all that it takes to do it. */
export interface TrialJob extends Pick<Job, 'trial' | 'from' | 'to' | 'last'> {
  /** Resolved: it repeats the trial wherever it is read. */
  readonly config: Config
  /** The figure of an epoch's event that is the trial's value. */
  readonly metric: Metric
  /**
   * Where the trial's checkpoints are, or will be. There are some where an earlier job of it ended,
   * or one was interrupted; after its last job there is no such folder.
   */
  readonly folder: string
}

/** What a sweep can rank by. */
export const metrics = ['validationError', 'trainError', 'trainLoss', 'testError'] as const
export type Metric = (typeof metrics)[number]

/** How a job ended. */
export type Ended =
  | {
      readonly state: 'done'
      readonly value: number
      readonly epochs: number
      readonly curve: readonly CurvePoint[]
      readonly seconds: number
      readonly weightsSha256: string
    }
  /** `epochs` and `curve` up to there; `error` is one line. */
  | {
      readonly state: 'failed'
      readonly error: string
      readonly epochs: number
      readonly curve: readonly CurvePoint[]
      readonly seconds: number
    }
  | { readonly state: 'interrupted' }

/** What does jobs: threads of this process, or processes somewhere else. */
export interface Executor extends AsyncDisposable {
  /** Jobs at once; may change while it is at work. */
  readonly capacity: number
  /**
   * Does a job, telling of `progress` and `epoch` events on the way. What is wrong with the trial is
   * in what it resolves to; it rejects only where no trial could be done.
   */
  readonly run: (job: TrialJob, tell: (event: TrainingEvent) => void) => Promise<Ended>
  /**
   * To be called once a result is where it cannot be lost: one that is kept elsewhere until then
   * may be dropped.
   */
  readonly journaled?: (job: TrialJob) => void
  /** Has all jobs at hand interrupted, soon and in order. */
  readonly stop: () => void
}
