import {
  closeSync,
  existsSync,
  fdatasync,
  fsyncSync,
  ftruncateSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs'
import { promisify } from 'node:util'
import { FeedalignError, reason } from '../../errors.js'
import { Lock } from '../../lock/lock.js'
import { makeFolder } from '../../makeFolder.js'
import type { JournalEvent, SweepEvent } from './events.js'
import { parseEvent } from './eventSchema.js'
import { MOST_BYTES, readLines, seal } from './lines.js'
import { journalFile } from './read.js'

export interface JournalOptions {
  /** As of {@link Lock}: takes the sweep from a host that has been silent for a minute. */
  readonly takeOver?: boolean | undefined
}

export const sweepLock = { name: 'lock', doing: 'is at work on this sweep' }

/** Milliseconds after which what was written is brought down to the disk. */
const LATEST = 1000

const sync = promisify(fdatasync)

/**
 * The journal of a sweep, open for more: what is appended to it can be read by {@link readEvents},
 * and it is written by one process at a time, which holds the folder's lock.
 *
 * An event is with the system when `append` returns, so that a kill of the process loses none; it
 * is on the disk a second later, or when `close` resolves, whichever is first, so that a power cut
 * costs the events of a second. To wait for the disk each time would cost a tiny trial more than
 * its training. What a power cut or a full disk leaves of a line is cut off before the next.
 */
export class Journal implements AsyncDisposable {
  readonly #file: string
  readonly #lock: Lock
  readonly #descriptor: number
  /** Bytes that the file has, all of whole lines. */
  #end: number
  #sum: number
  #due: NodeJS.Timeout | undefined
  #synced: Promise<void> = Promise.resolve()
  /** Why no more can be written. */
  #broken: string | undefined
  #closed = false

  private constructor(folder: string, lock: Lock) {
    this.#file = journalFile(folder)
    this.#lock = lock
    const last = lastLine(this.#file)
    this.#end = last.end
    this.#sum = last.sum
    this.#descriptor = inWords(this.#file, () => openSync(this.#file, 'a'))
    inWords(this.#file, () => {
      if (statSync(this.#file).size > last.end) ftruncateSync(this.#descriptor, last.end)
    })
  }

  /**
   * Begins a journal in a folder, made if need be. Throws `FeedalignError` where there is one, the
   * folder cannot be written to, or another process is at work in it.
   */
  static create(folder: string, sweep: SweepEvent, options: JournalOptions = {}): Journal {
    makeFolder(folder)
    return withLock(folder, options, (lock) => {
      const file = journalFile(folder)
      if (existsSync(file)) {
        throw new FeedalignError(
          `${folder} holds a sweep: go on with it by feedalign sweep resume '${folder}', ` +
            'or name another folder',
        )
      }
      inWords(file, () => {
        begin(folder, file, seal(textOf(sweep), 0).bytes)
      })
      return new Journal(folder, lock)
    })
  }

  /**
   * Opens a folder's journal to append to it. Throws `FeedalignError` where there is none, it is
   * damaged, cannot be written to, or another process is at work in the folder.
   */
  static open(folder: string, options: JournalOptions = {}): Journal {
    const file = journalFile(folder)
    if (!existsSync(file)) throw new FeedalignError(`${folder} holds no sweep: there is no ${file}`)
    return withLock(folder, options, (lock) => new Journal(folder, lock))
  }

  /**
   * Adds an event; numbers of curves that are not finite are left out. Throws `FeedalignError` where
   * it cannot be written, and the journal is then as it was before.
   */
  append(event: JournalEvent): void {
    this.#check()
    const { bytes, sum } = seal(textOf(event), this.#sum)
    this.#write(bytes)
    this.#sum = sum
    this.#due ??= setTimeout(() => {
      this.#sync()
    }, LATEST).unref()
  }

  /** Brings it all down to the disk, and lets other processes in; throws where that fails. */
  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    clearTimeout(this.#due)
    this.#sync()
    await this.#synced
    closeSync(this.#descriptor)
    this.#lock.release()
    this.#check()
    this.#broken = 'it is closed'
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  #check(): void {
    const why = this.#lock.lost ? 'another process has taken the sweep over' : this.#broken
    if (why !== undefined) throw new FeedalignError(`cannot write ${this.#file}: ${why}`)
  }

  #write(bytes: Buffer): void {
    try {
      writeAll(this.#descriptor, bytes)
      this.#end += bytes.length
    } catch (error) {
      this.#cutBack()
      throw refusal(this.#file, error)
    }
  }

  /** Takes away what was written of a line. Where even that fails, opening it again does. */
  #cutBack(): void {
    try {
      ftruncateSync(this.#descriptor, this.#end)
    } catch (error) {
      this.#broken = reason(error)
    }
  }

  #sync(): void {
    this.#due = undefined
    this.#synced = this.#synced
      .then(() => sync(this.#descriptor))
      .catch((error: unknown) => {
        // The system reports what it could not write once only: nothing after it can be trusted.
        this.#broken ??= reason(error)
      })
  }
}

/** Where the whole lines end, all of them found sound. */
function lastLine(file: string): { readonly end: number; readonly sum: number } {
  let last = { end: 0, sum: 0 }
  for (const { end, sum } of readLines(file)) last = { end, sum }
  return last
}

/** Under another name first: a journal that exists has its first line, whatever happens. */
function begin(folder: string, file: string, bytes: Buffer): void {
  const part = `${file}.part`
  try {
    synced(part, 'w', (descriptor) => {
      writeAll(descriptor, bytes)
    })
    renameSync(part, file)
    // Windows does so by itself and opens no folders.
    if (process.platform !== 'win32') synced(folder, 'r')
  } catch (error) {
    rmSync(part, { force: true })
    throw error
  }
}

/** Brings a file, or a folder's entries, down to the disk when the work on it is done. */
function synced(path: string, flags: string, work?: (descriptor: number) => void): void {
  const descriptor = openSync(path, flags)
  try {
    work?.(descriptor)
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
}

/** The system may take a part at a time. */
function writeAll(descriptor: number, bytes: Buffer): void {
  for (let at = 0; at < bytes.length;) at += writeSync(descriptor, bytes, at)
}

/** JSON that can be read again, or an error before any of it is written. */
function textOf(event: JournalEvent): string {
  const text = JSON.stringify(event, (_, value: unknown) =>
    typeof value === 'number' && !Number.isFinite(value) ? undefined : value,
  )
  const parsed = parseEvent(JSON.parse(text))
  if (typeof parsed === 'string') throw new FeedalignError(`no event of a journal: ${parsed}`)
  if (Buffer.byteLength(text) > MOST_BYTES / 2) {
    throw new FeedalignError(`an event of a journal has ${text.length} characters: too many`)
  }
  return text
}

function withLock(
  folder: string,
  { takeOver }: JournalOptions,
  work: (lock: Lock) => Journal,
): Journal {
  const lock = new Lock(folder, { ...sweepLock, takeOver })
  try {
    return work(lock)
  } catch (error) {
    lock.release()
    throw error
  }
}

function inWords<T>(file: string, work: () => T): T {
  try {
    return work()
  } catch (error) {
    throw refusal(file, error)
  }
}

function refusal(file: string, error: unknown): FeedalignError {
  if (error instanceof FeedalignError) return error
  const full = (error as NodeJS.ErrnoException).code === 'ENOSPC'
  const cure = full ? '; make room, then feedalign sweep resume' : ''
  return new FeedalignError(`cannot write ${file}: ${reason(error)}${cure}`)
}
