import { createReadStream } from 'node:fs'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'
import { FeedalignError, reason } from '../errors.js'

/** Takes a file of an archive whole, by its path there. */
export type TakeFile = (path: string, bytes: Buffer) => void

/**
 * Gives the files of a `.tar.gz` for which `mostOf` has a size to `take`, as the archive streams
 * by; other ones are passed over. `bytes` are those of the archive where they are in memory. Throws
 * `FeedalignError` naming it where it is damaged, or a file is larger than `mostOf` says.
 */
export async function readTarGz(
  archive: string,
  mostOf: (path: string) => number | undefined,
  take: TakeFile,
  bytes?: Buffer,
): Promise<void> {
  const { createTarDecoder } = await import('modern-tar')
  const stream = bytes === undefined ? createReadStream(archive) : Readable.from([bytes])
  const gunzip = createGunzip()
  const unpacked = pipeline(stream, gunzip)
  const entries = Readable.toWeb(gunzip).pipeThrough(createTarDecoder({ strict: true }))
  const taken = (async () => {
    for await (const { header, body } of entries) {
      const { name, size, type } = header
      const most = type === 'file' ? mostOf(name) : undefined
      if (most === undefined) {
        await body.cancel()
        continue
      }
      if (size > most) throw new Error(`${name} has ${size} bytes, expected ${most} at most`)
      take(name, await collect(body))
    }
  })()
  try {
    await Promise.all([unpacked, taken])
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
