import { constants } from 'node:buffer'
import { open, type FileHandle } from 'node:fs/promises'
import { createGunzip, gunzip, type Gunzip } from 'node:zlib'
import { FeedalignError, reason } from '../errors.js'

/** Bytes that deflate makes of one at most: what a packed file can hold follows from its length. */
export const DEFLATE_RATIO = 1032

/** Bytes that suffice to tell a file's size: an IDX header of 255 axes. */
const HEAD = 1024

/** What the system reads at once. */
const PIECE = 2 ** 30

/**
 * How many bytes a file holds, by its first 1,024 (or all, if it is smaller); throws
 * `FeedalignError` where they tell none. A gz is unpacked no further, so that a small one that
 * unpacks to gigabytes costs nothing.
 */
export type SizeOf = (head: Uint8Array, file: string) => number

/**
 * A file's bytes, unpacked if they are gzip's, of one member or more. Throws `FeedalignError`
 * naming the file where it cannot be read, is damaged, or unpacks to more than `sizeOf` says.
 */
export async function readPlainOrGz(file: string, sizeOf: SizeOf): Promise<Uint8Array> {
  return await plainOrGz(await readWhole(file), file, sizeOf)
}

/** The same, of bytes that were read; `file` is for errors. */
export async function plainOrGz(
  bytes: Uint8Array,
  file: string,
  sizeOf: SizeOf,
): Promise<Uint8Array> {
  return isGzip(bytes) ? await unpack(bytes, file, sizeOf) : bytes
}

const isGzip = (bytes: Uint8Array): boolean => bytes[0] === 0x1f && bytes[1] === 0x8b

/** All bytes of a file; throws `FeedalignError` naming it, also where no memory holds so many. */
export async function readWhole(file: string): Promise<Uint8Array> {
  return await withFile(file, async (handle, size) => {
    if (size > constants.MAX_LENGTH) {
      throw new Error(`${size} bytes are more than ${constants.MAX_LENGTH}, the most read`)
    }
    return await readAt(handle, 0, size)
  })
}

/** Works on an open file of `size` bytes; errors become `FeedalignError` naming the file. */
export async function withFile<T>(
  file: string,
  work: (handle: FileHandle, size: number) => Promise<T>,
): Promise<T> {
  try {
    await using handle = await open(file)
    const { size } = await handle.stat()
    return await work(handle, size)
  } catch (error) {
    if (error instanceof FeedalignError) throw error
    throw new FeedalignError(`${file}: ${reason(error)}`)
  }
}

/** `length` bytes from `offset` on; fewer where the file ends before. */
async function readAt(handle: FileHandle, offset: number, length: number): Promise<Uint8Array> {
  const bytes = Buffer.allocUnsafeSlow(length)
  let at = 0
  while (at < length) {
    const wanted = Math.min(PIECE, length - at)
    const { bytesRead } = await handle.read(bytes, at, wanted, offset + at)
    if (bytesRead === 0) break
    at += bytesRead
  }
  return bytes.subarray(0, at)
}

async function unpack(bytes: Uint8Array, file: string, sizeOf: SizeOf): Promise<Buffer> {
  try {
    const head = await unpackHead(bytes)
    const says = head.length < HEAD ? 0 : sizeOf(head, file)
    if (says > DEFLATE_RATIO * bytes.length || says > constants.MAX_LENGTH) {
      throw new FeedalignError(
        `${file}: its header says ${says} bytes, more than ${bytes.length} can unpack to`,
      )
    }
    const most = Math.max(HEAD, says)
    const { buffer, read } = await unpackWhole(bytes, most)
    if (buffer === undefined) {
      throw new FeedalignError(
        `${file}: unpacks to more than the ${most} bytes that its header says`,
      )
    }
    checkRest(bytes.subarray(read), file, read)
    return buffer
  } catch (error) {
    if (error instanceof FeedalignError) throw error
    throw new FeedalignError(`${file}: damaged gzip (${reason(error)})`)
  }
}

/** What the start unpacks to: `HEAD` bytes or more, or all there is. */
async function unpackHead(bytes: Uint8Array): Promise<Buffer> {
  const gunzip = createGunzip({ chunkSize: HEAD })
  gunzip.end(bytes)
  const parts: Uint8Array[] = []
  let length = 0
  for await (const part of gunzip as AsyncIterable<Uint8Array>) {
    parts.push(part)
    length += part.length
    if (length >= HEAD) break
  }
  return Buffer.concat(parts)
}

interface Unpacked {
  /** Undefined where there is more than was asked for. */
  readonly buffer: Buffer | undefined
  /** Packed bytes that it was made from. */
  readonly read: number
}

/** In one go, off the event loop, into memory for `most` bytes: no pieces to put together. */
function unpackWhole(bytes: Uint8Array, most: number): Promise<Unpacked> {
  // A byte of room past the end, or zlib would look for more in a second piece.
  const options = { chunkSize: most + 1, maxOutputLength: most, info: true }
  return new Promise((resolve, reject) => {
    gunzip(bytes, options, (error: NodeJS.ErrnoException | null, result: unknown) => {
      if (error === null) {
        const { buffer, engine } = result as { buffer: Buffer; engine: Gunzip }
        resolve({ buffer, read: engine.bytesWritten })
      } else if (error.code === 'ERR_BUFFER_TOO_LARGE') resolve({ buffer: undefined, read: 0 })
      else reject(error)
    })
  })
}

/** Zeros may follow, as some tools pad; anything else is not gzip's. */
function checkRest(rest: Uint8Array, file: string, offset: number): void {
  if (rest.some((byte) => byte !== 0)) {
    throw new FeedalignError(
      `${file}: damaged gzip (${rest.length} bytes after its end at offset ${offset})`,
    )
  }
}
