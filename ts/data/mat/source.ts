import { open } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createInflate, inflateSync, type Inflate } from 'node:zlib'
import { FeedalignError, reason } from '../../errors.js'

/** Bytes with a name and a known length: a file, or what is in memory already. */
export interface Source {
  readonly file: string
  readonly size: number
  /** Exactly these bytes, of which there must be as many. */
  readonly read: (offset: number, length: number) => Promise<Uint8Array>
  readonly close: () => Promise<void>
}

/** Throws `FeedalignError` where the file cannot be read. */
export async function openSource(file: string): Promise<Source> {
  const failed = (error: unknown): never => {
    throw new FeedalignError(`${file}: ${reason(error)}`)
  }
  const handle = await open(file).catch(failed)
  const { size } = await handle.stat()
  const read = async (offset: number, length: number): Promise<Uint8Array> => {
    const buffer = Buffer.allocUnsafe(length)
    const { bytesRead } = await handle.read(buffer, 0, length, offset).catch(failed)
    if (bytesRead < length) failed(`ends at offset ${offset + bytesRead}, was ${size} bytes long`)
    return buffer
  }
  return { file, size, read, close: () => handle.close() }
}

export function sourceOf(bytes: Uint8Array, file: string): Source {
  return {
    file,
    size: bytes.length,
    read: (offset, length) => Promise.resolve(bytes.subarray(offset, offset + length)),
    close: () => Promise.resolve(),
  }
}

/** Of a read and of what is inflated from it: calls cost little beside it, memory is small. */
const PIECE = 2 ** 18

/** The bytes from `start` to before `end`, in pieces. */
export async function* pieces(
  { read }: Source,
  start: number,
  end: number,
): AsyncGenerator<Uint8Array, undefined> {
  for (let at = start; at < end; at += PIECE) yield await read(at, Math.min(PIECE, end - at))
}

/**
 * Packed and unpacked bytes up to which inflating at once beats streams, which wait for a thread.
 */
const SMALL = 2 ** 16

/** What these bytes inflate to, in pieces, with the checksum tested after the last. */
export async function* inflated(
  source: Source,
  start: number,
  end: number,
): AsyncGenerator<Uint8Array, undefined> {
  const place = `${source.file}: offset ${start}`
  let used: number
  try {
    const whole = end - start <= SMALL ? atOnce(await source.read(start, end - start)) : undefined
    if (whole === undefined) used = yield* streamed(source, start, end)
    else {
      yield whole.buffer
      used = whole.engine.bytesWritten
    }
  } catch (error) {
    if (error instanceof FeedalignError) throw error
    throw new FeedalignError(`${place}: damaged zlib data (${reason(error)})`)
  }
  const rest = end - start - used
  if (rest > 0) throw new FeedalignError(`${place}: ${rest} bytes follow the end of its zlib data`)
}

/** Nothing where there is more than a little. */
function atOnce(bytes: Uint8Array): { buffer: Buffer; engine: Inflate } | undefined {
  const options = { chunkSize: chunkSize(bytes.length), maxOutputLength: SMALL, info: true }
  try {
    return inflateSync(bytes, options) as unknown as { buffer: Buffer; engine: Inflate }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') return undefined
    throw error
  }
}

/** Gives back how many packed bytes were used. */
async function* streamed(source: Source, start: number, end: number) {
  const inflate = createInflate({ chunkSize: chunkSize(end - start) })
  // Its errors are those of the loop below.
  pipeline(Readable.from(pieces(source, start, end)), inflate).catch(() => undefined)
  yield* inflate as AsyncIterable<Uint8Array>
  return inflate.bytesWritten
}

/** In proportion, so that little data needs little memory. */
const chunkSize = (packed: number): number => Math.max(1024, Math.min(PIECE, 4 * packed))
