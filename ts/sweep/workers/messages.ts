import type { MessagePort } from 'node:worker_threads'
import type { Loaded } from '../../data/sets/index.js'
import type { SharedData } from '../../engine/index.js'
import type { TrainingEvent } from '../../training/events.js'
import type { TrialJob } from './executor.js'

/** What a worker thread is started with. */
export interface WorkerData {
  /** In memory that threads share. */
  readonly loaded: Loaded
  /** Of the engine. */
  readonly threads: number
  /** [1], 1 once all jobs are to be interrupted. */
  readonly stop: Int32Array
}

/** A job for a worker thread. */
export interface Work {
  readonly job: TrialJob
  /** Where events go. */
  readonly port: MessagePort
  /** By `Count`. */
  readonly counts: Int32Array
  /** The examples as the native engine has them, if the job is one for that. */
  readonly shared: { readonly train?: SharedData; readonly test?: SharedData }
}

/** What both sides of a job count. */
export const Count = { unread: 0, begun: 1, size: 2 } as const

/** Between two events of progress. */
const MILLISECONDS = 100
/** Events on the way at once: what a busy main thread has no time for is left out. */
const UNREAD = 64

/** Sends what the main thread is told on the way: `progress` at times, `epoch` events. */
export function sender({ port, counts }: Work): (event: TrainingEvent) => void {
  let sent = -Infinity
  return (event) => {
    if (event.event !== 'progress' && event.event !== 'epoch') return
    const now = performance.now()
    if (event.event === 'progress' && now - sent < MILLISECONDS) return
    if (Atomics.load(counts, Count.unread) >= UNREAD) return
    if (event.event === 'progress') sent = now
    Atomics.add(counts, Count.unread, 1)
    port.postMessage(event)
  }
}
