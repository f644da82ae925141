import {
  mkdirSync,
  readdirSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { FeedalignError, reason } from '../errors.js'
import { holderOf, isNear, isRunning, nameOf, ownHolder, type Holder } from './holder.js'

export interface LockOptions {
  /** Of the lock, in the folder that it is for. */
  readonly name: string
  /** What its holder does, as an error tells those who come after: `is fetching into it`. */
  readonly doing: string
  /**
   * To take it from a process on another host, if that has given no sign of life for a minute: from
   * here nobody can tell whether it has ended.
   */
  readonly takeOver?: boolean | undefined
}

/** Milliseconds between a holder's signs of life, and without one that tell that it has ended. */
const BEAT = 15_000
const SILENCE = 60_000

/**
 * Keeps all other processes out of a folder, also those on other machines. Held, it is a folder with
 * a file that bears its holder's name; it is taken by renaming such a folder to it, which the
 * system lets happen only where it is empty or absent. A holder that has ended is put out by the
 * name of its file, and so never another that was faster: of several that try, one succeeds.
 */
export class Lock {
  readonly #path: string
  readonly #file: string
  readonly #beat: NodeJS.Timeout
  /** When it last showed that it is alive. */
  #shown = Date.now()
  #lost = false

  /** Throws `FeedalignError` where another process holds it, or the folder cannot be written to. */
  constructor(folder: string, options: LockOptions) {
    this.#path = join(folder, options.name)
    const own = nameOf(ownHolder())
    this.#file = join(this.#path, own)
    take(folder, options, own)
    this.#beat = setInterval(() => {
      this.#showLife()
    }, BEAT).unref()
  }

  /** Whether somebody took it away, or removed it. */
  get lost(): boolean {
    // A process that was suspended may have been put out meanwhile: no beat has told it so far.
    if (Date.now() - this.#shown > 2 * BEAT) this.#showLife()
    return this.#lost
  }

  release(): void {
    clearInterval(this.#beat)
    rmSync(this.#file, { force: true })
    try {
      rmdirSync(this.#path)
    } catch {
      // Another process has it by now.
    }
  }

  #showLife(): void {
    this.#shown = Date.now()
    try {
      utimesSync(this.#file, new Date(), new Date())
    } catch (error) {
      // A disk that is full or away for a while takes no lock away.
      this.#lost ||= (error as NodeJS.ErrnoException).code === 'ENOENT'
    }
  }
}

/** Who holds a lock, if that process is still at work, as far as can be told from here. */
export function liveHolder(folder: string, name: string): Holder | undefined {
  const path = join(folder, name)
  const found = fileIn(path)
  const holder = holderOf(found ?? '')
  if (found === undefined || holder === undefined) return undefined
  return hasEnded(holder, join(path, found), true) ? undefined : holder
}

function take(folder: string, options: LockOptions, own: string): void {
  const path = join(folder, options.name)
  const ready = `${path}.${own}`
  try {
    removeRemains(folder, options.name)
    discard(ready)
    mkdirSync(ready)
    writeFileSync(join(ready, own), '')
    while (!renamed(ready, path)) putOut(folder, options)
  } catch (error) {
    discard(ready)
    if (error instanceof FeedalignError) throw error
    throw new FeedalignError(`cannot write ${path}: ${reason(error)}`)
  }
}

/** As far as the system allows it: what stays is cleared away by the next holder. */
function discard(path: string): void {
  try {
    rmSync(path, { recursive: true, force: true })
  } catch {
    // Why the lock cannot be had is for the user to know, not this.
  }
}

/** False where the lock is held. */
function renamed(ready: string, path: string): boolean {
  try {
    renameSync(ready, path)
    return true
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException
    if (code === 'ENOTEMPTY' || code === 'EEXIST') return false
    throw error
  }
}

/** Empties a lock whose holder has ended; throws where it has not. */
function putOut(folder: string, { name, doing, takeOver = false }: LockOptions): void {
  const path = join(folder, name)
  const found = fileIn(path)
  if (found === undefined) {
    removeEmpty(path)
    return
  }
  const file = join(path, found)
  const holder = holderOf(found)
  if (holder !== undefined && hasEnded(holder, file, takeOver)) {
    rmSync(file, { force: true })
    return
  }
  const { pid, host } = holder ?? { pid: '?', host: '?' }
  throw new FeedalignError(
    `${folder}: process ${pid} on ${host} ${doing}; if it is not, remove ${path}`,
  )
}

/** Not all systems rename to a folder that exists, be it empty. */
function removeEmpty(path: string): void {
  try {
    rmdirSync(path)
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException
    // Another process has removed it, or has it by now.
    if (!['ENOENT', 'ENOTEMPTY', 'EEXIST'].includes(code)) throw error
  }
}

function fileIn(path: string): string | undefined {
  try {
    return readdirSync(path)[0]
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

/** A machine of this name that has been started anew, or a container, is told by its silence. */
function hasEnded(holder: Holder, file: string, distant: boolean): boolean {
  if (isNear(holder)) return !isRunning(holder)
  if (!distant && holder.host !== ownHolder().host) return false
  const shown = statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0
  return Date.now() - shown > SILENCE
}

/** Of processes that were killed while they took the lock. */
function removeRemains(folder: string, name: string): void {
  for (const entry of readdirSync(folder)) {
    if (!entry.startsWith(`${name}.`)) continue
    const holder = holderOf(entry.slice(name.length + 1))
    const path = join(folder, entry)
    if (holder !== undefined && hasEnded(holder, path, true)) discard(path)
  }
}
