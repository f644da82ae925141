import { createReadStream } from 'node:fs'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'
import { FeedalignError, reason } from '../errors.js'

/** Takes a file of an archive whole, by its path there. */
export type TakeFile = (path: string, bytes: Buffer) => void

/** The most bytes that a file wanted may have, by its path; undefined for one that is not. */
export type MostOf = (path: string) => number | undefined

/**
 * Gives the files of a `.tar.gz` that are wanted to `take`, as the archive streams by; other ones
 * are passed over. Throws `FeedalignError` naming the archive where it is damaged, or a file is
 * larger than `mostOf` says.
 */
export async function readTarGz(archive: string, mostOf: MostOf, take: TakeFile): Promise<void> {
  const gunzip = createGunzip()
  await inWords(archive, async () => {
    const unpacked = pipeline(createReadStream(archive), gunzip)
    await Promise.all([unpacked, takeFiles(gunzip, mostOf, take)])
  })
}

/** The same of a `.tar` that is not packed, from a stream; `archive` is for errors. */
export async function readTar(
  archive: string,
  stream: Readable,
  mostOf: MostOf,
  take: TakeFile,
): Promise<void> {
  await inWords(archive, () => takeFiles(stream, mostOf, take))
}

async function takeFiles(stream: Readable, mostOf: MostOf, take: TakeFile): Promise<void> {
  const { createTarDecoder } = await import('modern-tar')
  const entries = Readable.toWeb(stream).pipeThrough(createTarDecoder({ strict: true }))
  for await (const { header, body } of entries) {
    const { name, size, type } = header
    const most = type === 'file' ? mostOf(name) : undefined
    if (most === undefined) {
      // Read to its end: one that is cancelled instead holds up the next.
      await body.pipeTo(new WritableStream())
      continue
    }
    if (size > most) throw new Error(`${name} has ${size} bytes, expected ${most} at most`)
    take(name, await collect(body))
  }
}

async function inWords(archive: string, work: () => Promise<void>): Promise<void> {
  try {
    await work()
  } catch (error) {
    if (error instanceof FeedalignError) throw error
    throw new FeedalignError(`${archive}: ${reason(error)}`)
  }
}

/** Pieces are put together once they are there, so that memory follows what came. */
async function collect(body: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const pieces: Uint8Array[] = []
  for await (const piece of body) pieces.push(piece)
  return Buffer.concat(pieces)
}
