import { FeedalignError } from '../errors.js'
import { version } from '../version.js'
import { hashOf } from './hash.js'
import type { Spec } from './spec.js'
import type { SweepEvent } from './storage/events.js'
import { readEvents } from './storage/read.js'

/** What a journal begins with, and has again where the spec was changed. */
export function begun(spec: Spec): SweepEvent {
  const [hash, time] = [hashOf(spec), Date.now()]
  return { event: 'sweep', form: 1, version: version(), spec: { ...spec }, hash, time }
}

/** When a folder's sweep was begun: its journal's first event stays as it is. */
export function begunAt(folder: string): number {
  for (const event of readEvents(folder)) if (event.event === 'sweep') return event.time
  throw new FeedalignError(`${folder} holds no sweep: its journal is empty`)
}
