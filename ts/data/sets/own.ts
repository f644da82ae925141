import { existsSync, statSync } from 'node:fs'
import { basename, resolve } from 'node:path'
import { FeedalignError, UsageError } from '../../errors.js'
import { take, type Examples } from '../examples.js'
import { chosen } from '../options.js'
import { namesFor, partsOf, readNamed } from '../own/arrays.js'
import { examplesOf } from '../own/examples.js'
import { folderParts } from '../own/folder.js'
import { ownOptions, type OwnOptions } from '../own/options.js'
import type { Parts } from '../own/parts.js'
import { tableParts } from '../own/tables.js'
import { split } from '../split.js'
import type { DataSource, How, Loaded } from './source.js'

const FORMS = 'a .npz, a .csv or .tsv, or a folder'

/** Whether a text is a place on the disk rather than the name of a set. */
export const isPath = (name: string): boolean =>
  /[/\\]/.test(name) || /\.(npz|npy|csv|tsv)$/i.test(name) || existsSync(name)

/** A user's own data, in a file or a folder. */
export function own(path: string): DataSource {
  const place = resolve(path)
  const name = basename(place)

  async function load({ options: given }: How = {}): Promise<Loaded> {
    const options = chosen(name, ownOptions, given)
    if (!existsSync(place)) throw new FeedalignError(`${place}: no such file or folder`)
    const parts = await read(place, options)
    const { train, test } = examplesOf(parts, options)
    if (test !== undefined) return { name, sample: false, train, test, ...aboutOf(parts) }
    return { name, sample: false, ...setAside(train, options, place, parts) }
  }

  return {
    name,
    title: `your own data in ${place}`,
    terms: 'yours',
    options: ownOptions,
    locate: () => (existsSync(place) ? { path: place, sample: false } : undefined),
    load,
  }
}

async function read(path: string, options: OwnOptions): Promise<Parts> {
  if (statSync(path).isDirectory()) return await folderParts(path, options)
  if (/\.npz$/i.test(path)) return partsOf(await readNamed(path, namesFor))
  if (/\.(csv|tsv)$/i.test(path)) return await tableParts({ train: path }, options)
  const cure = /\.npy$/i.test(path)
    ? 'one array; name the folder of x_train.npy and y_train.npy, or save both by np.savez'
    : `expected ${FORMS}`
  throw new FeedalignError(`${path}: ${cure}`)
}

const aboutOf = ({ about }: Parts): Pick<Loaded, 'about'> => (about === undefined ? {} : { about })

/** A part of examples that have no test part, kept for testing, and the words to say so. */
function setAside(
  all: Examples,
  { test: fraction, seed }: OwnOptions,
  place: string,
  { about }: Parts,
): Pick<Loaded, 'train' | 'test' | 'about' | 'note'> {
  const { train, validation: test } = setAsideOf(all, fraction, seed, place)
  const ofWhat = all.targets.kind === 'labels' ? 'of each class' : 'of the examples'
  const note =
    `${place} has no test part: ${100 * fraction} % ${ofWhat}, ${test.length} chosen by seed ` +
    `${seed}, are kept for testing (--data-options test=${fraction},seed=${seed})`
  return {
    train: take(all, train),
    test: take(all, test),
    note,
    about: { ...about, setAside: { fraction, seed } },
  }
}

function setAsideOf(all: Examples, fraction: number, seed: number, place: string) {
  try {
    return split(all, fraction, seed, 'test')
  } catch (error) {
    if (!(error instanceof UsageError)) throw error
    throw new UsageError(`${place}: ${error.message}`)
  }
}
