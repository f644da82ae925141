import { version } from '../version.js'
import { hashOf } from './hash.js'
import type { Spec } from './spec.js'
import type { SweepEvent } from './storage/events.js'

/** What a journal begins with, and has again where the spec was changed. */
export function begun(spec: Spec): SweepEvent {
  const [hash, time] = [hashOf(spec), Date.now()]
  return { event: 'sweep', form: 1, version: version(), spec: { ...spec }, hash, time }
}
