import { createHash } from 'node:crypto'
import { readFile, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { FeedalignError, reason } from '../errors.js'
import { readPlainOrGz } from './files.js'
import { findFile, manifest, type Contents, type ManifestFile } from './manifest.js'
import { findDataSource } from './sets/index.js'

/** How a file compares with the manifest. */
export interface Verified {
  /** Its path, or where it would be. */
  readonly file: string
  /** `ok`: as published, or packed otherwise but of the same contents. */
  readonly status: 'ok' | 'missing' | 'differs'
  /** What was found and what expected, where it differs. */
  readonly detail?: string
}

/**
 * Compares a data set's files, in `dir` or where they are found, with the sizes and checksums of
 * its manifest. Throws `UsageError` where there is no such set, `FeedalignError` where none of
 * its files is found.
 */
export async function verify(name: string, dir?: string): Promise<Verified[]> {
  const place = findDataSource(name).locate(dir)
  if (place === undefined) {
    throw new FeedalignError(`no files of ${name} in ${dir ?? 'the usual folders'}`)
  }
  const { path } = place
  const folder = (await stat(path)).isDirectory() ? path : dirname(path)
  const { files } = manifest(name)
  return await Promise.all(files.map((file) => verifyFile(folder, file)))
}

async function verifyFile(folder: string, wanted: ManifestFile): Promise<Verified> {
  const file = findFile(folder, wanted)
  if (file === undefined) return { file: join(folder, wanted.name), status: 'missing' }
  const { packed, unpacked } = wanted
  try {
    if (packed !== undefined && equal(contents(await readFile(file)), packed)) {
      return { file, status: 'ok' }
    }
    const found = contents(await readPlainOrGz(file, () => unpacked.bytes))
    if (equal(found, unpacked)) return { file, status: 'ok' }
    const detail = `unpacked ${text(found)}, expected ${text(unpacked)}`
    return { file, status: 'differs', detail }
  } catch (error) {
    return { file, status: 'differs', detail: reason(error) }
  }
}

const contents = (bytes: Uint8Array): Contents => ({
  bytes: bytes.length,
  md5: createHash('md5').update(bytes).digest('hex'),
})

const equal = (a: Contents, b: Contents): boolean => a.bytes === b.bytes && a.md5 === b.md5

const text = ({ bytes, md5 }: Contents): string => `${bytes} bytes of MD5 ${md5}`
