import { begun } from './begun.js'
import { checkedSpec } from './checked.js'
import type { SweepEvent } from './events.js'
import { checkResumption, reopen } from './resumption.js'
import type { Opened } from './session.js'
import { readSpec, type SweepOptions } from './spec.js'
import { Journal } from './storage/journal.js'

export type { SweepEvent } from './events.js'
export type { Job, Parameters, Result } from './job.js'
export { findPruner } from './pruners/index.js'
export { aggregates } from './ranking.js'
export { findSampler } from './samplers/index.js'
export { Space } from './space.js'
export type { SweepOptions } from './spec.js'
export { Study, type StudyOptions } from './study.js'

/** Where a sweep is, and how it ends. */
export interface SweepPlace {
  /** Of the journal and of checkpoints; made if need be. */
  readonly folder: string
  /** Whether to go on with the sweep that the folder holds, to the same results. */
  readonly resume?: boolean
  /** Ends the session in order: a later one can go on. */
  readonly signal?: AbortSignal
}

/**
 * Searches for the best settings in worker threads of this process, as `feedalign sweep` does;
 * iterate it for what happens, leave the loop to stop in order. Throws `UsageError` that names the
 * path of what is bad, `FeedalignError` where the folder cannot be used.
 */
export async function* sweep(
  options: SweepOptions,
  { folder, resume = false, signal }: SweepPlace,
): AsyncGenerator<SweepEvent> {
  const spec = checkedSpec(readSpec(options))
  if (resume) checkResumption(folder, spec, false)
  const open = (): Opened =>
    resume ? reopen(folder, spec) : { journal: Journal.create(folder, begun(spec)) }
  // Threads and all that they need are loaded for who sweeps, not for everybody.
  const { runSession } = await import('./session.js')
  yield* runSession({ spec, folder, open, signal, sameData: resume })
}
