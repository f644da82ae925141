import { createRequire } from 'node:module'
import { availableParallelism, cpus } from 'node:os'

/** The package's version. */
export function version(): string {
  const held = createRequire(import.meta.url)('../../package.json') as { version: string }
  return held.version
}

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
