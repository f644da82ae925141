import type { Loaded } from '../../data/sets/index.js'
import { hashOf } from '../../sweep/hash.js'
import type { Spec } from '../../sweep/spec.js'
import type { Executor } from '../../sweep/workers/executor.js'
import type { PrintFlags } from '../options.js'

/** A sweep that has workers of a queue. */
export interface Queueing {
  readonly url: string
  readonly spec: Spec
  /** When its journal began, which tells it from another one of the same spec. */
  readonly begunAt: number
  readonly loaded: Loaded
}

/** The workers of a queue, on whatever machines; what it needs is loaded for who asks for it. */
export async function queueExecutor(
  { url, spec, begunAt, loaded }: Queueing,
  { quiet }: PrintFlags,
): Promise<Executor> {
  const { QueueExecutor } = await import('../../sweep/queue/executor.js')
  const { workers } = spec
  return await QueueExecutor.open({
    url,
    sweep: `${hashOf(spec)} ${begunAt}`,
    loaded,
    ...(workers === undefined ? {} : { workers }),
    warn: (line) => {
      if (quiet !== true) console.error(line)
    },
  })
}
