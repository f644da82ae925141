import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import * as v from 'valibot'
import { FeedalignError, reason } from '../errors.js'
import { manifestSchema, type Manifest, type ManifestFile } from './manifestSchema.js'

export type { Contents, Manifest, ManifestArchive, ManifestFile } from './manifestSchema.js'

/** Holds the manifests, and is the default folder for the files themselves. */
export const DATASETS = fileURLToPath(new URL('../../datasets', import.meta.url))

const known = new Map<string, Manifest>()

/** The manifest of a data set known by name; read when first asked for. */
export function manifest(name: string): Manifest {
  const held = known.get(name) ?? readManifest(join(DATASETS, `${name}.json`))
  known.set(name, held)
  return held
}

/**
 * A manifest; throws `FeedalignError` that names the file, and the key that is not as it must be.
 */
export function readManifest(file: string): Manifest {
  let held: unknown
  try {
    held = JSON.parse(readFileSync(file, 'utf8'))
  } catch (error) {
    throw new FeedalignError(`cannot read ${file}: ${reason(error)}`)
  }
  const { issues, output } = v.safeParse(manifestSchema, held, { abortEarly: true })
  if (issues === undefined) return output
  const key = v.getDotPath(issues[0])
  throw new FeedalignError(`${file}: ${key === null ? '' : `${key}: `}${issues[0].message}`)
}

/** A file under any of its usual names: packed or not, `-idx3` or `.idx3`. */
export function findFile(folder: string, { name }: ManifestFile): string | undefined {
  const plain = name.replace(/\.gz$/, '')
  const names = [plain, plain.replace('-idx', '.idx')].flatMap((one) => [`${one}.gz`, one])
  return names.map((one) => join(folder, one)).find((path) => existsSync(path))
}
