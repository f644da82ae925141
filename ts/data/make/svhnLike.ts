import { existsSync } from 'node:fs'
import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { FeedalignError } from '../../errors.js'
import { openMat } from '../mat/mat.js'
import { writeMat } from '../mat/write.js'
import { SVHN_FILES } from '../sets/svhn.js'
import { MADE } from '../sets/svhnFile.js'
import { COLOURS } from '../sets/svhnPixels.js'
import { drawHouseNumber, SHARES } from './houseNumber.js'
import type { Maker, Making } from './maker.js'
import { Draws } from './random.js'

/** SVHN's own counts: what goes beyond the first is extra. */
const [TRAIN, TRAIN_AND_EXTRA, TEST] = [73_257, 604_388, 26_032]

/** Images made at a time: what is packed at once. */
const BATCH = 64

/**
 * Number of the first image to test, far beyond those to train on: more of these change no other.
 */
const FIRST_TEST = 2 ** 31

/** What a file holds: images from number `first` on. */
interface Part {
  readonly file: string
  readonly first: number
  readonly count: number
}

function partsOf(examples: number): Part[] {
  const train = Math.min(examples, TRAIN)
  const test = Math.max(1, Math.round((examples * TEST) / TRAIN_AND_EXTRA))
  const parts = [
    { file: SVHN_FILES.test, first: FIRST_TEST, count: test },
    { file: SVHN_FILES.train, first: 0, count: train },
    { file: SVHN_FILES.extra, first: train, count: examples - train },
  ]
  return parts.filter(({ count }) => count > 0)
}

/** Removes what was made before: an extra file must not be left. Throws where it was not made. */
async function removeMade(folder: string): Promise<void> {
  const files = Object.values(SVHN_FILES).map((file) => join(folder, file))
  const there = files.filter((file) => existsSync(file))
  for (const file of there) {
    const mat = await openMat(file)
    await mat.close()
    if (mat.description.includes(MADE)) continue
    throw new FeedalignError(`${file} is not a made file, and is not replaced by one`)
  }
  for (const file of there) await rm(file)
}

async function make({ examples, folder, seed, signal, onProgress }: Making): Promise<void> {
  await mkdir(folder, { recursive: true })
  await removeMade(folder)
  const parts = partsOf(examples)
  const all = parts.reduce((sum, { count }) => sum + count, 0)
  let done = 0
  const onBatch = (images: number): void => onProgress?.((done += images), all)
  for (const part of parts) {
    const labels = Uint8Array.from({ length: part.count }, (_, n) => label(seed, part.first + n))
    const values = imagesOf(part, seed, labels, onBatch)
    const X = { name: 'X', shape: [32, 32, 3, part.count], values }
    const y = { name: 'y', shape: [part.count, 1], values: [labels] }
    const description = `MATLAB 5.0 MAT-file, ${MADE}, seed ${seed}`
    await writeMat(join(folder, part.file), description, [X, y], signal)
  }
}

function* imagesOf(
  { first }: Part,
  seed: number,
  labels: Uint8Array,
  onBatch: (images: number) => void,
): Generator<Uint8Array> {
  for (let at = 0; at < labels.length; at += BATCH) {
    const some = labels.subarray(at, at + BATCH)
    yield draw(seed, first + at, some)
    onBatch(some.length)
  }
}

/** As SVHN's files have it: 10 for digit 0. */
const label = (seed: number, image: number): number => new Draws(seed, image).weighted(SHARES) || 10

/** Images [32 × 32 × 3, column-major] of these labels. */
function draw(seed: number, first: number, labels: Uint8Array): Uint8Array {
  // Rounds, and cuts off what is beyond a byte.
  const images = new Uint8ClampedArray(COLOURS * labels.length)
  labels.forEach((given, n) => {
    const draws = new Draws(seed, first + n)
    // What was drawn for the label.
    draws.word()
    drawHouseNumber(images.subarray(COLOURS * n, COLOURS * (n + 1)), given % 10, draws)
  })
  return new Uint8Array(images.buffer)
}

export const svhnLike: Maker = {
  name: 'svhn-like',
  title: `digits in SVHN's format: beyond ${TRAIN.toLocaleString('en')} in its extra file`,
  make,
}
