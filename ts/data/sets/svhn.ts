import { existsSync } from 'node:fs'
import { join } from 'node:path'
import * as v from 'valibot'
import { isNot, told } from '../../values.js'
import { dataset, width, type Examples } from '../examples.js'
import { findFolder, type Located } from '../folders.js'
import { defineSet } from './define.js'
import type { DataSource } from './source.js'
import { openSvhn, type SvhnFile } from './svhnFile.js'
import { COLOURS, normaliseContrast, PIXELS, SIDE, toColour, toGrey } from './svhnPixels.js'

const CLASSES = 10

/** Those of both sets, which are of one format. */
export const SVHN_FILES = {
  train: 'train_32x32.mat',
  extra: 'extra_32x32.mat',
  test: 'test_32x32.mat',
}

const truth = v.boolean(isNot('true or false'))

const options = v.strictObject({
  colour: told(v.optional(truth, false), '<true|false>', '3,072 inputs; else 1,024 of grey'),
  contrast: told(
    v.optional(truth, false),
    '<true|false>',
    'each image gets mean 128 and deviation 48',
  ),
})

/** How its images become inputs; `false` unless told. */
export type SvhnOptions = v.InferInput<typeof options>

type Options = v.InferOutput<typeof options>

/** SVHN, or what is made in its format: alike but for the name, which each keeps to itself. */
function source(name: 'svhn' | 'svhn-like'): DataSource {
  const locate = (dataDir?: string): Located | undefined => {
    const holds = (folder: string): boolean =>
      Object.values(SVHN_FILES).some((file) => existsSync(join(folder, file)))
    return findFolder(name, holds, dataDir)
  }

  const { train, extra, test } = SVHN_FILES
  const cure = () => `it needs ${train}, ${test} and, if at hand, ${extra}`
  const read = ({ path }: Located, how: Options) => readSet(path, name === 'svhn-like', how)
  return defineSet({ name, options, locate, cure, read })
}

async function readSet(path: string, made: boolean, how: Options) {
  const extra = existsSync(join(path, SVHN_FILES.extra)) ? [SVHN_FILES.extra] : []
  const from = (files: readonly string[]) =>
    readFiles(
      files.map((file) => join(path, file)),
      made,
      how,
    )
  const test = await from([SVHN_FILES.test])
  const train = await from([SVHN_FILES.train, ...extra])
  const [trainImages, extraImages = 0] = train.counts
  // Without the extra images the set is not what most figures are published for.
  const about = { trainImages, extraImages, ...how }
  return { train: train.examples, test: test.examples, about }
}

/** The images of these files, one file after the other, and how many each has. */
async function readFiles(files: readonly string[], made: boolean, how: Options) {
  const opened: SvhnFile[] = []
  try {
    for (const file of files) opened.push(await openSvhn(file, made))
    return { examples: await read(opened, how), counts: opened.map(({ labels }) => labels.length) }
  } finally {
    for (const { mat } of opened) await mat.close()
  }
}

/** In memory for what becomes of the images: none of the files is ever held whole. */
async function read(files: readonly SvhnFile[], how: Options): Promise<Examples> {
  const shape = how.colour ? [SIDE, SIDE, 3] : [SIDE, SIDE]
  const targets = new Uint32Array(files.reduce((sum, { labels }) => sum + labels.length, 0))
  const inputs = new Uint8Array(targets.length * width(shape))
  let done = 0
  for (const file of files) {
    targets.set(file.labels, done)
    await turn(file, how, inputs.subarray(done * width(shape)))
    done += file.labels.length
  }
  return dataset({ inputs, shape, targets, classes: CLASSES })
}

/** Fills the first of these rows with a file's images. */
async function turn({ mat }: SvhnFile, { colour, contrast }: Options, rows: Uint8Array) {
  const perRow = colour ? COLOURS : PIXELS
  let at = 0
  for await (const part of mat.slices('X')) {
    const end = at + (part.length / COLOURS) * perRow
    const turnTo = colour ? toColour : toGrey
    // Of this class, as was seen when the file was opened.
    turnTo(part as Uint8Array, rows, at)
    if (contrast) normaliseContrast(rows, perRow, at, end)
    at = end
  }
}

export const svhn = source('svhn')
export const svhnLike = source('svhn-like')
