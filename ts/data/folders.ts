import { existsSync } from 'node:fs'
import { basename, join } from 'node:path'
import { DATASETS } from './manifest.js'

/** Where a data set lies. */
export interface Located {
  /** Its folder, or the file that it is. */
  readonly path: string
  /** Whether it is a part of the set only, too little for an error rate. */
  readonly sample: boolean
}

const SAMPLE = '-sample'

/**
 * The first folder that `holds` files of a set: NAME, NAME-sample or the root itself, of `dataDir`
 * if there is one, else of FEEDALIGN_DATA, then of the project's own `datasets`. A folder is a
 * sample's by its name.
 */
export function findFolder(
  name: string,
  holds: (folder: string) => boolean,
  dataDir?: string,
): Located | undefined {
  const folders = roots(dataDir).flatMap((root) => [
    join(root, name),
    join(root, `${name}${SAMPLE}`),
    root,
  ])
  const path = folders.find((folder) => existsSync(folder) && holds(folder))
  return path === undefined ? undefined : { path, sample: basename(path).endsWith(SAMPLE) }
}

/** Folders that sets are looked for in. */
export function roots(dataDir?: string): string[] {
  const known = dataDir === undefined ? [process.env['FEEDALIGN_DATA'], DATASETS] : [dataDir]
  return known.filter((root): root is string => root !== undefined && root !== '')
}
