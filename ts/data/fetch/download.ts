import { setTimeout } from 'node:timers/promises'
import type { Dispatcher } from 'undici'
import { FeedalignError, reason } from '../../errors.js'
import { agrees, contentsText } from '../checksum.js'
import { hasChecksum, type Contents } from '../manifestSchema.js'
import { checkAnswer, sourceOf } from './answer.js'
import { follow, Refused } from './follow.js'
import { PartFile } from './partFile.js'

/** What to fetch. */
export interface Wanted {
  /** Where it belongs; `FILE.part` until it is whole. */
  readonly file: string
  readonly origins: readonly string[]
  readonly known: Contents
}

export interface DownloadOptions {
  readonly signal?: AbortSignal | undefined
  readonly dispatcher: Dispatcher
  /** An origin answers; that many bytes were there already. */
  readonly onOrigin: (origin: string, from: number) => void
  /** How many bytes of the file there are now. */
  readonly onBytes: (bytes: number) => void
  readonly onTrouble: (origin: string, reason: string) => void
}

/** The most that is taken of a file whose size nobody knows. */
export const MOST = 2 ** 31

/** How often an origin is asked that brings nothing; more than `ENOUGH` bytes are something. */
const TRIES = 3
const ENOUGH = 2 ** 20
const PAUSE_MILLISECONDS = 250

/**
 * Brings a file under its name, whole and with the checksum that is known, from the first origin
 * that can give it; goes on with what there is of it. Throws `FeedalignError` that names each
 * origin with its reason, or the file that cannot be written; what has come is kept.
 */
export async function download(wanted: Wanted, options: DownloadOptions): Promise<void> {
  const part = await PartFile.open(wanted.file, wanted.known)
  try {
    if (!(await isThere(part, wanted.known))) await fromAny(part, wanted, options)
    await part.finish()
  } catch (error) {
    await part.close()
    throw error
  }
}

/** Whether an earlier process had it all; forgets a part that cannot become the file. */
async function isThere(part: PartFile, known: Contents): Promise<boolean> {
  if (known.bytes === undefined || part.bytes < known.bytes) return false
  if (hasChecksum(known) && agrees(part.contents, known)) return true
  await part.restart()
  return false
}

async function fromAny(part: PartFile, wanted: Wanted, options: DownloadOptions): Promise<void> {
  const reasons: string[] = []
  for (const origin of wanted.origins) {
    const failed = await fromOrigin(part, origin, wanted.known, options)
    if (failed === undefined) return
    reasons.push(`${origin}: ${failed}`)
  }
  throw new FeedalignError(`cannot fetch ${wanted.file}: ${reasons.join('; ')}`)
}

/** Asks an origin until it has given all, or why it did not. */
async function fromOrigin(
  part: PartFile,
  origin: string,
  known: Contents,
  options: DownloadOptions,
): Promise<string | undefined> {
  for (let tries = 1; ; tries++) {
    const before = part.bytes
    try {
      await attempt(part, origin, known, options)
      return undefined
    } catch (error) {
      options.signal?.throwIfAborted()
      // Of this machine: no other origin would help.
      if (error instanceof FeedalignError) throw error
      options.onTrouble(origin, reason(error))
      if (part.bytes - before > ENOUGH) tries = 0
      if (error instanceof Refused || tries >= TRIES) return reason(error)
    }
    await setTimeout(PAUSE_MILLISECONDS * 2 ** tries, undefined, { signal: options.signal })
  }
}

/** One request and all that comes of it. */
async function attempt(
  part: PartFile,
  origin: string,
  known: Contents,
  options: DownloadOptions,
): Promise<void> {
  const { signal, dispatcher } = options
  const headers = { 'accept-encoding': 'identity', ...rangeOf(part, origin, known) }
  const ask = { headers, checked: hasChecksum(known), signal, dispatcher }
  const answer = await follow(origin, ask)
  // Who reads it is told; without this, ending it early would be an error that nobody hears.
  answer.body.on('error', () => undefined)
  try {
    const size = await begin(part, answer, known)
    await part.comesFrom(sourceOf(origin, answer.headers))
    options.onOrigin(origin, part.bytes)
    await take(part, answer, size, options)
  } catch (error) {
    answer.body.destroy()
    throw error
  }
  const found = part.contents
  if (agrees(found, known)) return
  const { whole } = part
  await part.restart()
  const message = `${contentsText(found)}, expected ${contentsText(known)}`
  // Of pieces, one may be of another file: this origin may still have the right one.
  throw whole ? new Refused(message) : new Error(message)
}

/**
 * Asks for what is missing, where it is sure, or will be seen, that it belongs to what there is.
 */
function rangeOf(part: PartFile, origin: string, known: Contents): Record<string, string> {
  if (part.bytes === 0) return {}
  const range = `bytes=${part.bytes}-`
  const { etag, lastModified, origin: before } = part.source ?? {}
  const same = before === origin ? (etag ?? lastModified) : undefined
  if (same !== undefined) return { range, 'if-range': same }
  return hasChecksum(known) ? { range } : {}
}

/** Makes the part end where the answer begins; returns how many bytes it will have. */
async function begin(
  part: PartFile,
  { statusCode, headers }: Dispatcher.ResponseData,
  known: Contents,
): Promise<number | undefined> {
  if (statusCode === 416 && part.bytes > 0) {
    // What there is was of another file, which had more.
    await part.restart()
    throw new Error('answers 416 to what is missing')
  }
  const { from, size } = checkAnswer(statusCode, headers, part.bytes, known.bytes)
  if (from !== part.bytes) await part.restart()
  return size
}

/** Appends what comes, up to the size that was told, and no more than `MOST` where none was. */
async function take(
  part: PartFile,
  { body }: Dispatcher.ResponseData,
  size: number | undefined,
  { onBytes }: DownloadOptions,
): Promise<void> {
  const most = size ?? MOST
  for await (const bytes of body as AsyncIterable<Buffer>) {
    if (part.bytes + bytes.length > most) throw new Refused(`sends more than ${most} bytes`)
    await part.append(bytes)
    onBytes(part.bytes)
  }
  if (size !== undefined && part.bytes < size) {
    throw new Error(`ends after ${part.bytes} of ${size} bytes`)
  }
}
