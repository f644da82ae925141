import { open, rename, rm, type FileHandle } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createDeflate } from 'node:zlib'
import { FeedalignError, reason } from '../../errors.js'
import { HEADER } from './header.js'
import { MI_COMPRESSED, MI_MATRIX } from './types.js'

/** An array of bytes to write. */
export interface Written {
  readonly name: string
  /** Two sizes or more. */
  readonly shape: readonly number[]
  /** As many as the sizes say, in pieces, column-major. */
  readonly values: Iterable<Uint8Array>
}

const [MI_INT8, MI_UINT8, MI_INT32, MI_UINT32] = [1, 2, 5, 6]
const UINT8_CLASS = 9
const PIECE = 2 ** 18
/** The format's sizes are of 32 bits. */
const MOST = 2 ** 32 - 1

/**
 * Writes arrays of bytes to a MAT file of version 5, packed while their values are made, so that
 * none is ever held whole. `description` is what the file says of itself, up to 116 characters.
 * The file is there when it is complete, or not at all. Throws `FeedalignError` where it cannot
 * be written.
 */
export async function writeMat(
  file: string,
  description: string,
  arrays: readonly Written[],
  signal?: AbortSignal,
): Promise<void> {
  const part = `${file}.part`
  try {
    const handle = await open(part, 'w')
    try {
      await handle.appendFile(header(description))
      let at = HEADER
      for (const array of arrays) at = await writePacked(handle, at, array, signal)
    } finally {
      await handle.close()
    }
    await rename(part, file)
  } catch (error) {
    await rm(part, { force: true })
    throw new FeedalignError(`${file}: ${reason(error)}`)
  }
}

function header(description: string): Buffer {
  const bytes = Buffer.alloc(HEADER, ' ')
  bytes.write(description, 0, 116, 'latin1')
  // No subsystem's data; version 1.0 in the order of bytes that "IM" tells.
  bytes.fill(0, 116, 124)
  bytes.write('\x00\x01IM', 124, 'latin1')
  return bytes
}

/** Writes an element at an offset and gives back that of what follows it. */
async function writePacked(
  handle: FileHandle,
  start: number,
  array: Written,
  signal?: AbortSignal,
): Promise<number> {
  // The fastest level: the values of pictures hardly pack.
  const deflate = createDeflate({ level: 1, chunkSize: PIECE })
  let bytes = 0
  const write = async (packed: AsyncIterable<Uint8Array>): Promise<void> => {
    for await (const piece of packed) {
      await handle.appendFile(piece)
      bytes += piece.length
    }
  }
  await handle.appendFile(Buffer.alloc(8))
  await pipeline(Readable.from(matrix(array)), deflate, write, { signal })
  if (bytes > MOST) throw new Error(`${array.name} packs to ${bytes} bytes, more than ${MOST}`)
  await handle.write(words(MI_COMPRESSED, bytes), 0, 8, start)
  return start + 8 + bytes
}

function* matrix({ name, shape, values }: Written): Generator<Uint8Array> {
  const count = shape.reduce((product, size) => product * size, 1)
  const head = Buffer.concat([
    element(MI_UINT32, words(UINT8_CLASS, 0)),
    element(MI_INT32, words(...shape)),
    element(MI_INT8, Buffer.from(name, 'latin1')),
    words(MI_UINT8, count),
  ])
  const padding = -count & 7
  const bytes = head.length + count + padding
  if (bytes > MOST) throw new Error(`${name} needs ${bytes} bytes, more than ${MOST}`)
  yield words(MI_MATRIX, bytes)
  yield head
  yield* values
  if (padding > 0) yield Buffer.alloc(padding)
}

function element(type: number, data: Uint8Array): Buffer {
  return Buffer.concat([words(type, data.length), data, Buffer.alloc(-data.length & 7)])
}

function words(...values: number[]): Buffer {
  const buffer = Buffer.alloc(4 * values.length)
  values.forEach((value, place) => buffer.writeUInt32LE(value, 4 * place))
  return buffer
}
