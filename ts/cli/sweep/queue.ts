import { hashOf } from '../../sweep/hash.js'
import type { Spec } from '../../sweep/spec.js'
import type { Executor } from '../../sweep/workers/executor.js'
import { version } from '../../version.js'
import type { PrintFlags } from '../options.js'

/** The workers of a queue, on whatever machines; what it needs is loaded for who asks for it. */
export async function queueExecutor(
  url: string,
  spec: Spec,
  { quiet }: PrintFlags,
): Promise<Executor> {
  const { QueueExecutor } = await import('../../sweep/queue/executor.js')
  const { workers } = spec
  return await QueueExecutor.open({
    url,
    sweep: hashOf(spec),
    version: version(),
    ...(workers === undefined ? {} : { workers }),
    warn: (line) => {
      if (quiet !== true) console.error(line)
    },
  })
}
