import { createReadStream } from 'node:fs'
import { pipeline } from 'node:stream/promises'
import { Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { FeedalignError, reason } from '../../errors.js'
import { agrees, contentsText } from '../checksum.js'
import { published } from '../manifestSchema.js'
import type { ManifestFile } from '../manifest.js'
import { openZip } from '../zip.js'
import { MOST } from './download.js'
import { PartFile } from './partFile.js'

type Bytes = AsyncIterable<Uint8Array> | Iterable<Uint8Array>

/** Called with each regular file of an archive; returns what takes its bytes, if anything does. */
type Take = (path: string) => ((bytes: Bytes) => Promise<void>) | undefined

/**
 * Takes files out of a `.tar.gz` or `.zip`: those alone that are named, each under its own plain
 * name; no path of the archive is ever one on the disk. Throws `FeedalignError` where the archive
 * is damaged, lacks one, or has another than the manifest tells of.
 */
export async function extract(
  archive: string,
  wanted: readonly { readonly file: ManifestFile; readonly to: string }[],
): Promise<void> {
  const left = new Map(wanted.map((one) => [one.file.member?.path ?? '', one]))
  const take: Take = (path) => {
    const one = left.get(path)
    if (one === undefined) return undefined
    left.delete(path)
    return (bytes) => save(bytes, one.file, one.to)
  }
  try {
    await (archive.endsWith('.zip') ? fromZip(archive, take) : fromTarGz(archive, take))
  } catch (error) {
    if (error instanceof FeedalignError) throw error
    throw new FeedalignError(`${archive}: damaged (${reason(error)})`)
  }
  const [missing] = left.keys()
  if (missing !== undefined) throw new FeedalignError(`${archive}: has no ${missing}`)
}

async function save(bytes: Bytes, file: ManifestFile, to: string): Promise<void> {
  const known = published(file)
  const most = known.bytes ?? MOST
  const part = await PartFile.open(to, known)
  try {
    await part.restart()
    for await (const some of bytes) {
      if (part.bytes + some.length > most) {
        throw new FeedalignError(`${to}: more than ${most} bytes in its archive`)
      }
      await part.append(some)
    }
    const found = part.contents
    if (!agrees(found, known)) {
      const detail = `${contentsText(found)}, expected ${contentsText(known)}`
      throw new FeedalignError(`${to}: in its archive ${detail}`)
    }
    await part.finish()
  } catch (error) {
    // It is taken out anew the next time.
    await part.discard()
    throw error
  }
}

async function fromTarGz(archive: string, take: Take): Promise<void> {
  const { createTarDecoder } = await import('modern-tar')
  const gunzip = createGunzip()
  const unpacked = pipeline(createReadStream(archive), gunzip)
  const entries = Readable.toWeb(gunzip).pipeThrough(createTarDecoder({ strict: true }))
  const taken = (async () => {
    for await (const { header, body } of entries) {
      const to = header.type === 'file' ? take(header.name) : undefined
      // Read to its end: one that is cancelled instead holds up the next.
      await (to === undefined ? body.pipeTo(new WritableStream()) : to(body))
    }
  })()
  await Promise.all([unpacked, taken])
}

async function fromZip(archive: string, take: Take): Promise<void> {
  const zip = await openZip(archive)
  try {
    for (const name of zip.names) {
      const to = take(name)
      if (to !== undefined) await to([await zip.read(name)])
    }
  } finally {
    zip.close()
  }
}
