import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'
import { FeedalignError } from '../errors.js'

const unzip = promisify(gunzip)

/** No data file of ours is larger than this unpacked; a gz bomb ends here. */
const MAX_UNPACKED = 4 * 2 ** 30 - 1

/** A file's bytes, unpacked if they are gzip's. */
export async function readPlainOrGz(file: string): Promise<Uint8Array> {
  const bytes = await readFile(file).catch((error: unknown) => {
    throw new FeedalignError(`${file}: ${reason(error)}`)
  })
  if (!(bytes[0] === 0x1f && bytes[1] === 0x8b)) return bytes
  return await unzip(bytes, { maxOutputLength: MAX_UNPACKED }).catch((error: unknown) => {
    throw new FeedalignError(`${file}: damaged gzip (${reason(error)})`)
  })
}

/** The first of the names that exists, as a path. */
export function firstExisting(paths: readonly string[]): string | undefined {
  return paths.find((path) => existsSync(path))
}

function reason(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
