import { isDeepStrictEqual } from 'node:util'
import { UsageError } from '../errors.js'
import { begun } from './begun.js'
import { hashOf, lasting } from './hash.js'
import type { Opened } from './session.js'
import { readSpec, type Spec } from './spec.js'
import { Journal } from './storage/journal.js'
import { readEvents } from './storage/read.js'
import { replay } from './storage/replay.js'
import { tabulate } from './storage/trials.js'

/** The spec of the sweep that a folder holds. */
export function heldSpec(folder: string): Spec {
  return readSpec(replay(readEvents(folder)).sweep.spec)
}

/**
 * Throws `UsageError` where a folder's sweep cannot go on by a spec: results would be of two
 * sweeps. Forced, all but the numbering of trials may be another; results so far are kept.
 */
export function checkResumption(folder: string, spec: Spec, force: boolean): void {
  const { sweep, tasks } = replay(readEvents(folder))
  const configurations = new Set(tasks.map(({ configuration }) => configuration)).size
  if (spec.trials !== undefined && spec.trials < configurations) {
    throw new UsageError(`trials: ${spec.trials} is fewer than the ${configurations} begun already`)
  }
  const before = readSpec(sweep.spec)
  if (hashOf(spec) === hashOf(before)) return
  const [then, now] = [lasting(before), lasting(spec)]
  const keys = [...new Set([...then.keys(), ...now.keys()])]
  const key = keys.find((one) => !isDeepStrictEqual(then.get(one), now.get(one))) ?? ''
  const [old, told] = [then, now].map((held) =>
    held.has(key) ? JSON.stringify(held.get(key)) : 'not told',
  )
  const change = `${key}: ${told} here, ${old} in the sweep that ${folder} holds`
  if (key === 'repeats') throw new UsageError(`${change}, whose trials are numbered by it`)
  if (force) return
  throw new UsageError(`${change}; begin another sweep, or go on with this one by --force`)
}

/** How a sweep is taken up again. */
export interface Resumption {
  /** Whether trials that failed are to be trained again. */
  readonly retry?: boolean
  /** From a host that has given no sign of life for a minute. */
  readonly takeOver?: boolean | undefined
  /** By a spec that is another than the sweep's. */
  readonly force?: boolean | undefined
}

/**
 * Opens a folder's sweep to go on by a spec; what is new in that is kept. Throws as
 * `checkResumption`, also where that found nothing: another process may have gone on since.
 */
export function reopen(folder: string, spec: Spec, how: Resumption = {}): Opened {
  const { retry, takeOver, force = false } = how
  const journal = Journal.open(folder, { takeOver })
  try {
    checkResumption(folder, spec, force)
    const { sweep, trials } = tabulate(folder)
    if (!isDeepStrictEqual(spec, readSpec(sweep.spec))) journal.append(begun(spec))
    const failed = trials.filter(({ state }) => retry === true && state === 'failed')
    for (const { trial } of failed) journal.append({ event: 'retry', trial, time: Date.now() })
    return { journal, known: replay(readEvents(folder)) }
  } catch (error) {
    // What went wrong first is what is told.
    journal.close().catch(() => undefined)
    throw error
  }
}
