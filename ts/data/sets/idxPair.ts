import { FeedalignError } from '../../errors.js'
import { dataset, width, type Examples } from '../examples.js'
import { readPlainOrGz } from '../files.js'
import { idxSize, parseIdx, type IdxArray } from '../idx.js'

/** How a pair of files is to be read. */
export interface PairForm {
  readonly classes: number
  /** The label of the first class, which becomes 0; 0 unless told. */
  readonly firstLabel?: number
  /** Whether images lie column by column. */
  readonly turned?: boolean
}

/** Images and labels of two IDX files, gz or plain, checked against each other. */
export async function readPair(
  imagesFile: string,
  labelsFile: string,
  form: PairForm,
): Promise<Examples> {
  const load = async (file: string) => parseIdx(await readPlainOrGz(file, idxSize), file)
  const [images, labels] = await Promise.all([load(imagesFile), load(labelsFile)])
  return pair(images, labels, imagesFile, labelsFile, form)
}

/**
 * Images [n × h × w] and labels [n] put together, checked against each other; shares the images.
 */
export function pair(
  images: IdxArray,
  labels: IdxArray,
  imagesFile: string,
  labelsFile: string,
  { classes, firstLabel = 0, turned = false }: PairForm,
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
  const last = firstLabel + classes - 1
  const at = labels.data.findIndex((label) => label < firstLabel || label > last)
  if (at >= 0) {
    const wanted = `label ${labels.data[at] ?? 0}, expected ${firstLabel} to ${last}`
    throw new FeedalignError(`${labelsFile}: offset ${8 + at}: ${wanted}`)
  }
  const targets = firstLabel === 0 ? labels.data : labels.data.map((label) => label - firstLabel)
  if (turned) turnUpright(images.data, shape)
  return dataset({ inputs: images.data, shape, targets, classes })
}

/**
 * Turns images that lie column by column in place: a set of half a gigabyte lies in memory once.
 */
function turnUpright(images: Uint8Array, [rows = 1, columns = 1]: readonly number[]): void {
  const pixels = rows * columns
  for (let first = 0; first < images.length; first += pixels) {
    const image = images.slice(first, first + pixels)
    let to = first
    for (let row = 0; row < rows; row++) {
      for (let from = row; from < pixels; from += rows) images[to++] = image[from] ?? 0
    }
  }
}

/** What an array holds, as `Float32Array [60000 × 28 × 28]`. */
const text = ({ data, shape }: IdxArray): string =>
  `${data.constructor.name} [${shape.join(' × ')}]`
