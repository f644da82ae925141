import type { Task } from '../task.js'

/**
 * The lines of a sweep's journal, in the order of what happened. The first is `sweep`; whatever is
 * known of a sweep can be read from them.
 */
export type JournalEvent =
  | SweepEvent
  | SessionEvent
  | TaskEvent
  | StartEvent
  | ResultEvent
  | InterruptedEvent
  | RetryEvent
  | EndEvent

/** Milliseconds since 1970. */
type Time = number

export interface SweepEvent {
  readonly event: 'sweep'
  /** Of the journal's form: 1. */
  readonly form: 1
  /** The program's. */
  readonly version: string
  /** As it was given, but for what has been filled in. */
  readonly spec: Readonly<Record<string, unknown>>
  /** SHA-256 of what of the spec a result depends on, hexadecimal. */
  readonly hash: string
  readonly time: Time
}

/** A process begins or goes on with the sweep: what was at work before it is at work no more. */
export interface SessionEvent {
  readonly event: 'session'
  readonly pid: number
  readonly host: string
  readonly workers: number
  readonly time: Time
}

/** A decision; `parameters` are those of a configuration's first task, empty in later ones. */
export interface TaskEvent extends Task {
  readonly event: 'task'
}

/** A worker has begun a job. */
export interface StartEvent {
  readonly event: 'start'
  readonly trial: number
  readonly to: number
  readonly time: Time
}

/** A job has come to its end. */
export interface ResultEvent {
  readonly event: 'result'
  readonly trial: number
  /** The job's last epoch, by its task; training may have stopped earlier. */
  readonly to: number
  /** The metric at the end, as it is; null where the trial failed. */
  readonly value: number | null
  /** One line, where it failed. */
  readonly error?: string
  /** Epochs trained by the trial so far. */
  readonly epochs: number
  /** Of this job's epochs, that before training included where it began there. */
  readonly curve: readonly CurvePoint[]
  /** Of training, by this job. */
  readonly seconds: number
  /** Of the model at its end; null where the trial failed. */
  readonly weightsSha256: string | null
  readonly time: Time
}

/** What the curves of a report show: `epoch`, and the figures of an epoch's event, where known. */
export interface CurvePoint {
  readonly epoch: number
  readonly trainLoss?: number
  readonly trainError?: number
  readonly validationError?: number
  readonly testError?: number
}

/** A job was stopped before its end, and will be done again, or gone on with. */
export interface InterruptedEvent {
  readonly event: 'interrupted'
  readonly trial: number
  readonly to: number
  readonly time: Time
}

/** A failed trial is to be done again: its result counts no more. */
export interface RetryEvent {
  readonly event: 'retry'
  readonly trial: number
  readonly time: Time
}

/** The session's end; a journal whose last session has none was killed. */
export interface EndEvent {
  readonly event: 'end'
  readonly reason: 'finished' | 'stopped' | 'time' | 'failed'
  readonly time: Time
}
