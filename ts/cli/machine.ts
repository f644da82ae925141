import { availableParallelism, cpus } from 'node:os'
import { version } from '../version.js'

/** What a run's record and `info` say of this machine and its software. */
export function machine() {
  return {
    feedalign: version(),
    node: process.versions.node,
    platform: `${process.platform}-${process.arch}`,
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: availableParallelism(),
  }
}
