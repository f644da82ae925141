import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { FeedalignError } from '../../errors.js'
import { dataset, width, type Examples } from '../examples.js'
import { readPlainOrGz } from '../files.js'
import { idxSize, parseIdx, type IdxArray } from '../idx.js'
import { findFolder, type Located } from '../folders.js'
import { findFile, manifest } from '../manifest.js'
import { chosen, none } from '../options.js'
import type { DataSource, How, Loaded } from './source.js'

const CLASSES = 10

function locate(dataDir?: string): Located | undefined {
  const { name, files } = manifest('mnist')
  const holds = (folder: string): boolean =>
    files.some((file) => findFile(folder, file) !== undefined)
  return findFolder(name, holds, dataDir)
}

async function load({ dataDir, options }: How = {}): Promise<Loaded> {
  chosen('mnist', none, options)
  const found = locate(dataDir)
  if (found === undefined) {
    const where = dataDir ?? process.env['FEEDALIGN_DATA'] ?? 'datasets'
    const missing = existsSync(where) ? '' : ' (no such folder)'
    const wanted = manifest('mnist')
      .files.map(({ name }) => name)
      .join(', ')
    throw new FeedalignError(`no MNIST in ${where}${missing}; it needs ${wanted}`)
  }
  const [train, test] = await Promise.all([read(found.path, 'train'), read(found.path, 'test')])
  return { name: 'mnist', sample: found.sample, train, test }
}

async function read(folder: string, part: 'train' | 'test'): Promise<Examples> {
  const path = (content: string): string => {
    const { files } = manifest('mnist')
    const wanted = files.find((file) => file.part === part && file.content === content)
    const found = wanted === undefined ? undefined : findFile(folder, wanted)
    if (found !== undefined) return found
    throw new FeedalignError(`${join(folder, wanted?.name ?? content)}: no such file`)
  }
  const [images, labels] = [path('images'), path('labels')]
  const load = async (file: string) => parseIdx(await readPlainOrGz(file, idxSize), file)
  const [pictures, digits] = await Promise.all([load(images), load(labels)])
  return pair(pictures, digits, images, labels)
}

/** Images and labels put together, checked against each other. */
export function pair(
  images: IdxArray,
  labels: IdxArray,
  imagesFile: string,
  labelsFile: string,
): Examples {
  const [count = 0, ...shape] = images.shape
  if (!(images.data instanceof Uint8Array) || shape.length !== 2 || width(shape) === 0) {
    throw new FeedalignError(`${imagesFile}: expected bytes [n × h × w], found ${text(images)}`)
  }
  if (!(labels.data instanceof Uint8Array) || labels.shape.length !== 1) {
    throw new FeedalignError(`${labelsFile}: expected bytes [n], found ${text(labels)}`)
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

/** What an array holds, as `Float32Array [60000 × 28 × 28]`. */
const text = ({ data, shape }: IdxArray): string =>
  `${data.constructor.name} [${shape.join(' × ')}]`

export const mnist: DataSource = {
  name: 'mnist',
  get title() {
    return manifest('mnist').title
  },
  get terms() {
    return manifest('mnist').terms
  },
  locate,
  load,
}
