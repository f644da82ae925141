import type { Readable } from 'node:stream'
import { crc32 } from 'node:zlib'
import type { Entry, ZipFile } from 'yauzl'
import { FeedalignError, reason } from '../errors.js'
import { DEFLATE_RATIO } from './files.js'

/** A zip's files, by name. */
export interface Zip {
  readonly names: readonly string[]
  /** What a file unpacks to; throws `FeedalignError` where there is none, or it is damaged. */
  readonly read: (name: string) => Promise<Buffer>
  readonly close: () => void
}

/**
 * Opens a zip, also of more than 4 GiB, whose files are stored or deflated: one on the disk, or
 * `bytes` of one that `file` names in errors. What a file unpacks to is checked against what its
 * packed bytes can before there is memory for it, and against its checksum after. Throws
 * `FeedalignError`.
 */
export async function openZip(file: string, bytes?: Buffer): Promise<Zip> {
  const { openPromise, fromBufferPromise } = await import('yauzl')
  return await inWords(file, async () => {
    const zip = await (bytes === undefined ? openPromise(file, {}) : fromBufferPromise(bytes, {}))
    try {
      const entries = await entriesOf(zip)
      return {
        names: [...entries.keys()],
        read: (name) => inWords(`${file}: ${name}`, () => readEntry(zip, entries.get(name))),
        close: () => {
          zip.close()
        },
      }
    } catch (error) {
      zip.close()
      throw error
    }
  })
}

/** Its table of contents. */
async function entriesOf(zip: ZipFile): Promise<Map<string, Entry>> {
  // Else it would be closed once the table is read.
  zip.autoClose = false
  const entries = new Map<string, Entry>()
  let packed = 0
  for await (const entry of zip.eachEntry()) {
    if (entries.has(entry.fileName)) throw new Error(`holds ${entry.fileName} twice`)
    // Else entries that share their bytes could each unpack to the whole bound.
    packed += entry.compressedSize
    if (packed > zip.fileSize) {
      throw new Error(`files of ${packed} bytes are said to lie in ${zip.fileSize}`)
    }
    entries.set(entry.fileName, entry)
  }
  return entries
}

async function readEntry(zip: ZipFile, entry: Entry | undefined): Promise<Buffer> {
  if (entry === undefined) throw new Error('no such file in the zip')
  const { compressedSize, uncompressedSize } = entry
  if (uncompressedSize > DEFLATE_RATIO * compressedSize) {
    const can = `more than the ${compressedSize} packed ones can unpack to`
    throw new Error(`its header says ${uncompressedSize} bytes, ${can}`)
  }
  const stream = await zip.openReadStreamPromise(entry)
  const bytes = await collect(stream, uncompressedSize)
  const found = crc32(bytes)
  if (found === entry.crc32) return bytes
  throw new Error(`damaged: checksum ${hex(found)}, expected ${hex(entry.crc32)}`)
}

/** What a stream brings, `length` bytes; more or fewer are an error of the stream's own. */
async function collect(stream: Readable, length: number): Promise<Buffer> {
  const bytes = Buffer.allocUnsafeSlow(length)
  let at = 0
  for await (const piece of stream as AsyncIterable<Buffer>) {
    piece.copy(bytes, at)
    at += piece.length
  }
  if (at === length) return bytes
  throw new Error(`${at} bytes, expected ${length}`)
}

const hex = (checksum: number): string => `0x${checksum.toString(16).padStart(8, '0')}`

async function inWords<T>(file: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof FeedalignError) throw error
    throw new FeedalignError(`${file}: ${reason(error)}`)
  }
}
