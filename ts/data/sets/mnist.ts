import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { FeedalignError } from '../../errors.js'
import { dataset, type Examples } from '../examples.js'
import { firstExisting, readPlainOrGz } from '../files.js'
import { parseIdx, type IdxArray } from '../idx.js'
import type { DataSource, Loaded } from './source.js'

const CLASSES = 10
const files = {
  train: ['train-images-idx3-ubyte', 'train-labels-idx1-ubyte'],
  test: ['t10k-images-idx3-ubyte', 't10k-labels-idx1-ubyte'],
} as const

/** The project's own folder for fetched data. */
const OWN = fileURLToPath(new URL('../../../datasets', import.meta.url))

/** A file under any of its usual names. */
function find(folder: string, name: string): string | undefined {
  const dotted = name.replace('-idx', '.idx')
  return firstExisting([name, dotted].flatMap((n) => [join(folder, `${n}.gz`), join(folder, n)]))
}

function locate(dataDir?: string): string | undefined {
  const roots = dataDir === undefined ? [process.env['FEEDALIGN_DATA'], OWN] : [dataDir]
  return roots
    .filter((root): root is string => root !== undefined && root !== '')
    .flatMap((root) => [join(root, 'mnist'), root])
    .find((folder) => find(folder, files.train[0]) !== undefined)
}

async function load(dataDir?: string): Promise<Loaded> {
  const folder = locate(dataDir)
  if (folder === undefined) {
    const where = dataDir ?? process.env['FEEDALIGN_DATA'] ?? 'datasets'
    const missing = existsSync(where) ? '' : ' (no such folder)'
    const wanted = [...files.train, ...files.test].map((name) => `${name}.gz`).join(', ')
    throw new FeedalignError(`no MNIST in ${where}${missing}; it needs ${wanted}`)
  }
  const [train, test] = await Promise.all([read(folder, files.train), read(folder, files.test)])
  return { name: 'mnist', sample: false, train, test }
}

async function read(folder: string, names: readonly [string, string]): Promise<Examples> {
  const paths = names.map((name) => {
    const path = find(folder, name)
    if (path === undefined) throw new FeedalignError(`${join(folder, name)}.gz: no such file`)
    return path
  })
  const [images = '', labels = ''] = paths
  const [pictures, digits] = await Promise.all([readPlainOrGz(images), readPlainOrGz(labels)])
  return pair(parseIdx(pictures, images), parseIdx(digits, labels), images, labels)
}

/** Images and labels put together, checked against each other. */
export function pair(
  images: IdxArray,
  labels: IdxArray,
  imagesFile: string,
  labelsFile: string,
): Examples {
  const [count = 0, ...shape] = images.shape
  if (!(images.data instanceof Uint8Array) || shape.length !== 2) {
    throw new FeedalignError(
      `${imagesFile}: expected bytes of rank 3, found rank ${images.shape.length}`,
    )
  }
  if (!(labels.data instanceof Uint8Array) || labels.shape.length !== 1) {
    throw new FeedalignError(
      `${labelsFile}: expected bytes of rank 1, found rank ${labels.shape.length}`,
    )
  }
  if (count === 0 || labels.data.length !== count) {
    const found = labels.data.length
    throw new FeedalignError(
      `${labelsFile}: ${found} labels for the ${count} images of ${imagesFile}`,
    )
  }
  const at = labels.data.findIndex((label) => label >= CLASSES)
  if (at >= 0) {
    const label = labels.data[at] ?? 0
    throw new FeedalignError(`${labelsFile}: offset ${8 + at}: label ${label}, expected 0 to 9`)
  }
  return dataset({ inputs: images.data, shape, targets: labels.data, classes: CLASSES })
}

export const mnist: DataSource = {
  name: 'mnist',
  title: 'MNIST handwritten digits, 60,000 + 10,000, 28 × 28 grey',
  terms: 'none stated by its authors',
  locate,
  load,
}
