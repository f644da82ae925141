import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { FeedalignError, reason } from '../../errors.js'
import { readPlainOrGz, readWhole } from '../files.js'
import { idxSize, parseIdx } from '../idx.js'
import { parseNpy } from '../npy.js'
import { namesFor, partsOf, readNamed } from './arrays.js'
import type { OwnOptions } from './options.js'
import type { Part, Parts, Placed } from './parts.js'
import { tableParts } from './tables.js'

/** A way in which folders hold data. */
interface Layout {
  /** As errors name it. */
  readonly what: string
  /** What its file to train on is named like. */
  readonly sign: RegExp
  readonly read: (files: Files, options: OwnOptions) => Promise<Parts>
}

const layouts: readonly Layout[] = [
  {
    what: 'train.npz (and test.npz) with x and y each',
    sign: /^train\.npz$/i,
    read: npzPair,
  },
  {
    what: 'train.csv (and test.csv)',
    sign: /^train\.(csv|tsv)$/i,
    read: async (files, options) => {
      const test = files.find(/^test\.(csv|tsv)$/i)
      const train = files.get(/^train\.(csv|tsv)$/i, 'train.csv')
      return await tableParts(test === undefined ? { train } : { train, test }, options)
    },
  },
  {
    what: 'x_train.npy, y_train.npy (and x_test.npy, y_test.npy), or x.npy and y.npy',
    sign: /^[xy](_train)?\.npy$/i,
    read: async (files) => {
      const held = files.names.filter((name) => /\.npy$/i.test(name))
      const wanted = namesFor(held.map((name) => name.toLowerCase().replace('.npy', '')))
      return await each(wanted, async (name) => {
        const file = files.get(new RegExp(`^${name}\\.npy$`, 'i'), `${name}.npy`)
        return { array: parseNpy(await readWhole(file), file), place: file }
      })
    },
  },
  {
    what: 'IDX files named like train-images-idx3-ubyte.gz and train-labels-idx1-ubyte.gz',
    sign: /^train[-_](images|labels)[-.]idx/i,
    read: async (files) => {
      const tested = files.names.some((name) =>
        /^(t10k|test)[-_](images|labels)[-.]idx/i.test(name),
      )
      const names = ['x_train', 'y_train', ...(tested ? ['x_test', 'y_test'] : [])]
      return await each(names, async (name) => {
        const part = name.endsWith('train') ? 'train' : 't10k|test'
        const content = name.startsWith('x') ? 'images' : 'labels'
        const pattern = new RegExp(`^(${part})[-_]${content}[-.]idx\\d+-\\w+(\\.gz)?$`, 'i')
        const file = files.get(pattern, `${part.replace('t10k|', '')}-${content}-idx…`)
        return { array: parseIdx(await readPlainOrGz(file, idxSize), file), place: file }
      })
    },
  },
]

/** The files of a folder. */
class Files {
  readonly names: readonly string[]
  readonly #folder: string

  constructor(folder: string) {
    this.#folder = folder
    try {
      this.names = readdirSync(folder).sort()
    } catch (error) {
      throw new FeedalignError(`${folder}: ${reason(error)}`)
    }
  }

  find(pattern: RegExp): string | undefined {
    const name = this.names.find((one) => pattern.test(one))
    return name === undefined ? undefined : join(this.#folder, name)
  }

  get(pattern: RegExp, called: string): string {
    const file = this.find(pattern)
    if (file !== undefined) return file
    throw new FeedalignError(`${join(this.#folder, called)}: no such file`)
  }
}

/** The data of a folder. Throws `FeedalignError` where it holds none, or more than one kind. */
export async function folderParts(folder: string, options: OwnOptions): Promise<Parts> {
  const files = new Files(folder)
  const [layout, other] = layouts.filter(({ sign }) => files.find(sign) !== undefined)
  if (layout === undefined) {
    const wanted = layouts.map(({ what }) => what).join('; or ')
    throw new FeedalignError(`${folder}: no data in this folder; expected ${wanted}`)
  }
  if (other !== undefined) {
    const found = [layout, other].map(({ sign }) => files.names.find((name) => sign.test(name)))
    const cure = 'name the file itself, or keep one kind in the folder'
    throw new FeedalignError(`${folder}: holds both ${found.join(' and ')}; ${cure}`)
  }
  return await layout.read(files, options)
}

/** Arrays that lie in a file each. */
async function each(
  names: readonly string[],
  read: (name: string) => Promise<Placed>,
): Promise<Parts> {
  const arrays = new Map<string, Placed>()
  for (const name of names) arrays.set(name, await read(name))
  return partsOf(arrays)
}

/** Two files with x and y each. */
async function npzPair(files: Files): Promise<Parts> {
  const part = async (file: string): Promise<Part> =>
    partsOf(await readNamed(file, () => ['x', 'y'])).train
  const train = await part(files.get(/^train\.npz$/i, 'train.npz'))
  const test = files.find(/^test\.npz$/i)
  return { train, ...(test === undefined ? {} : { test: await part(test) }) }
}
