import { createHash } from 'node:crypto'
import type { EpochEvent, ProgressEvent } from '../../training/events.js'
import type { TrialJob } from '../workers/executor.js'

/** What stands before all of our keys in Redis. */
export const prefix = 'feedalign'

/** BullMQ's queue: one for all sweeps of a Redis, as workers are there for all. */
export const queueName = 'trials'

/** A job as it lies in the queue: without what is of the coordinator's machine. */
export interface Queued {
  /** Of the program that made it; another one may train to other bits. */
  readonly version: string
  readonly sweep: string
  /** Of the examples, hexadecimal: workers have the data of their own. */
  readonly dataSha256: string
  readonly job: Omit<TrialJob, 'folder'>
}

/** What a worker tells on the way. */
export interface Told {
  /** Why it gives the job to others. */
  readonly refused?: string
  readonly progress?: ProgressEvent
  readonly epoch?: EpochEvent
}

/** A sweep, by a name and by what its results depend on besides: others' are not taken for its own. */
export function sweepId(sweep: string, version: string, dataSha256: string): string {
  const text = JSON.stringify([sweep, version, dataSha256])
  return createHash('sha256').update(text).digest('hex')
}

/** The same for the same job, so that none is queued twice. */
export function jobId(sweep: string, { trial, to }: Pick<TrialJob, 'trial' | 'to'>): string {
  return `${sweep}/${trial}/${to}`
}

/** Keys of ours beside BullMQ's. */
export const keys = {
  /** How a job ended, as JSON, until the coordinator has it in its journal. */
  result: (id: string): string => `${prefix}:result:${id}`,
  /** The files of a trial's folder, from where they are to where they are needed. */
  folder: (id: string): string => `${prefix}:folder:${id}`,
  /** There while a sweep's jobs are to be interrupted. */
  stop: (sweep: string): string => `${prefix}:stop:${sweep}`,
  workers: `${prefix}:workers`,
  worker: (id: string): string => `${prefix}:worker:${id}`,
} as const

/** Results and folders that nobody asks for any more are gone after a week; seconds. */
export const KEPT_SECONDS = 7 * 24 * 3600
