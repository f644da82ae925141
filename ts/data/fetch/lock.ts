import { readFile, rm, writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { FeedalignError, reason } from '../../errors.js'
import { makeFolder } from '../../makeFolder.js'

/**
 * Keeps a second process out of a folder, made if need be, while files are fetched into it; returns
 * what lets it in again. A lock whose process has ended, by whatever, is none.
 */
export async function lock(folder: string): Promise<() => Promise<void>> {
  const file = join(folder, '.fetching')
  const own = `${process.pid} ${hostname()}`
  makeFolder(folder)
  for (;;) {
    try {
      await writeFile(file, own, { flag: 'wx' })
      return () => rm(file, { force: true })
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') {
        throw new FeedalignError(`cannot write to ${folder}: ${reason(error)}`)
      }
    }
    const holder = await readFile(file, 'utf8').catch(() => '')
    if (isAtWork(holder)) {
      const [pid, host] = holder.split(' ')
      throw new FeedalignError(
        `${folder}: process ${pid} on ${host} is fetching into it; if it is not, remove ${file}`,
      )
    }
    await rm(file, { force: true })
  }
}

/** Of a process on another machine nobody here can tell. */
function isAtWork(holder: string): boolean {
  const [pid = '', host = ''] = holder.split(' ')
  if (host !== hostname()) return host !== ''
  try {
    process.kill(Number(pid), 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
