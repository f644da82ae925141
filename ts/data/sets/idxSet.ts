import { basename, join } from 'node:path'
import type * as v from 'valibot'
import { FeedalignError } from '../../errors.js'
import type { Examples } from '../examples.js'
import { findFolder, type Located } from '../folders.js'
import { findFile, manifest, type Manifest, type ManifestFile } from '../manifest.js'
import type { DataOptions } from '../options.js'
import { defineSet } from './define.js'
import { readPair, type PairForm } from './idxPair.js'
import type { DataSource } from './source.js'

/** Which of a set's files are read, and how. */
export interface IdxChoice extends PairForm {
  /** What their names begin with; all begin with nothing. */
  readonly prefix?: string
  /** What belongs to the choice, for `data info`. */
  readonly about?: Readonly<Record<string, unknown>>
}

interface IdxSet<S extends DataOptions> {
  readonly name: string
  /** As messages call it. */
  readonly called: string
  readonly options: S
  readonly choose: (options: v.InferOutput<S>) => IdxChoice
}

/** Sets made here. Files of one are named like those of another: the folder tells them apart. */
const known = new Set<string>()

/** A set of images and labels in IDX files, those that its manifest tells of. */
export function idxSet<S extends DataOptions>(set: IdxSet<S>): DataSource {
  const { name, called, options, choose } = set
  known.add(name)

  function locate(dataDir?: string): Located | undefined {
    const { files } = manifest(name)
    const holds = (folder: string): boolean => {
      const other = basename(folder)
      if (other !== name && known.has(other)) return false
      return files.some((file) => findFile(folder, file) !== undefined)
    }
    return findFolder(name, holds, dataDir)
  }

  return defineSet({
    name,
    called,
    options,
    locate,
    cure: (given) => {
      const names = filesOf(manifest(name), choose(given)).map((file) => file.name)
      return `it needs ${names.join(', ')}`
    },
    read: async ({ path }, given) => {
      const choice = choose(given)
      const files = filesOf(manifest(name), choice)
      const [train, test] = await Promise.all([
        read(path, files, 'train', choice),
        read(path, files, 'test', choice),
      ])
      const { about } = choice
      return { train, test, ...(about === undefined ? {} : { about }) }
    },
  })
}

const filesOf = ({ files }: Manifest, { prefix = '' }: IdxChoice): ManifestFile[] =>
  files.filter((file) => file.name.startsWith(prefix))

async function read(
  folder: string,
  files: readonly ManifestFile[],
  part: 'train' | 'test',
  choice: IdxChoice,
): Promise<Examples> {
  const path = (content: string): string => {
    const wanted = files.find((file) => file.part === part && file.content === content)
    const found = wanted === undefined ? undefined : findFile(folder, wanted)
    if (found !== undefined) return found
    throw new FeedalignError(`${join(folder, wanted?.name ?? content)}: no such file`)
  }
  return await readPair(path('images'), path('labels'), choice)
}
