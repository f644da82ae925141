import { existsSync } from 'node:fs'
import { basename, join } from 'node:path'
import envPaths from 'env-paths'
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
 * if there is one, else of FEEDALIGN_DATA, of the project's own `datasets`, of the user's folder. A
 * folder is a sample's by its name.
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
  const usual = [process.env['FEEDALIGN_DATA'], DATASETS, userFolder()]
  const known = dataDir === undefined ? usual : [dataDir]
  return known.filter((root): root is string => root !== undefined && root !== '')
}

/**
 * Where files are put unless told: in a checkout the project's own `datasets`, else the user's
 * folder for data, as a package may be replaced at any time.
 */
export function ownRoot(): string {
  // Sources that no package has.
  return existsSync(join(DATASETS, '../Cargo.toml')) ? DATASETS : userFolder()
}

/** In XDG_DATA_HOME on Linux, elsewhere where the system has it. */
function userFolder(): string {
  return join(envPaths('feedalign', { suffix: '' }).data, 'datasets')
}
