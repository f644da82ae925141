import { spawnSync } from 'node:child_process'

/** Whether a process can have a file system of its own, for which it needs no rights on Linux. */
export const mounts =
  spawnSync('unshare', ['-rm', 'mount', '-t', 'tmpfs', 'none', '/mnt']).status === 0

/** Runs a shell script that may mount what it likes, as `$0`, `$1` …; what it prints. */
export function inOwnMounts(script: string, args: readonly string[]): string {
  const { stdout, stderr } = spawnSync('unshare', ['-rm', 'sh', '-c', script, ...args], {
    encoding: 'utf8',
  })
  return stdout + stderr
}
