import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { FeedalignError, reason } from '../errors.js'

/** What is known of a data set's files: `datasets/NAME.json`. */
export interface Manifest {
  readonly name: string
  readonly title: string
  readonly publisher: string
  readonly terms: string
  readonly files: readonly ManifestFile[]
}

export interface ManifestFile {
  readonly name: string
  readonly part: 'train' | 'test' | 'all'
  /** What the file holds of that part, as `images`. */
  readonly content: string
  /** Where its publisher offers it, or what it is made from. */
  readonly origin: string
  /** As published; absent where we pack it ourselves, as packers differ. */
  readonly packed?: Contents
  readonly unpacked: Contents
}

export interface Contents {
  readonly bytes: number
  /** Hexadecimal. */
  readonly md5: string
}

/** Holds the manifests, and is the default folder for the files themselves. */
export const DATASETS = fileURLToPath(new URL('../../datasets', import.meta.url))

const known = new Map<string, Manifest>()

/** The manifest of a data set known by name; read when first asked for. */
export function manifest(name: string): Manifest {
  const held = known.get(name)
  if (held !== undefined) return held
  const file = join(DATASETS, `${name}.json`)
  try {
    const read = JSON.parse(readFileSync(file, 'utf8')) as Manifest
    known.set(name, read)
    return read
  } catch (error) {
    throw new FeedalignError(`cannot read ${file}: ${reason(error)}`)
  }
}

/** A file under any of its usual names: packed or not, `-idx3` or `.idx3`. */
export function findFile(folder: string, { name }: ManifestFile): string | undefined {
  const plain = name.replace(/\.gz$/, '')
  const names = [plain, plain.replace('-idx', '.idx')].flatMap((one) => [`${one}.gz`, one])
  return names.map((one) => join(folder, one)).find((path) => existsSync(path))
}
