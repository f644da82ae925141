import { renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { classCounts } from '../../ts/data/examples.js'
import { moments } from '../../ts/data/scaling.js'
import { datasets, findDataSource } from '../../ts/data/sets/index.js'
import { temporaryFolder } from '../folders.js'
import { MatMaker } from './matFile.js'

const make = new MatMaker()

/** Red, green and blue at a place of image `n`. */
const colour = (n: number, row: number, column: number): [number, number, number] => [
  (40 * n + 5 * row) % 256,
  (200 - 6 * column) % 256,
  (row * column) % 256,
]

/** A file in SVHN's format with an image for each label. */
function svhnFile(labels: readonly number[], shape = [32, 32, 3, labels.length]): Buffer {
  const images = new Uint8Array(3072 * labels.length)
  labels.forEach((_, n) => {
    for (let i = 0; i < 1024; i++) {
      const [row, column] = [i % 32, Math.floor(i / 32)]
      colour(n, row, column).forEach((value, plane) => {
        images[3072 * n + 1024 * plane + i] = value
      })
    }
  })
  const X = make.array('X', shape, images)
  const y = make.array('y', [labels.length, 1], Uint8Array.from(labels))
  return make.file(make.packed(X), make.packed(y))
}

const NAMES = { train: 'train_32x32.mat', test: 'test_32x32.mat', extra: 'extra_32x32.mat' }

/** A folder with three images to train on and two to test, with changes. */
function folder(changes: Readonly<Record<string, Uint8Array>> = {}): string {
  const dir = temporaryFolder()
  const files = { [NAMES.train]: svhnFile([10, 1, 9]), [NAMES.test]: svhnFile([2, 10]), ...changes }
  for (const [name, bytes] of Object.entries(files)) writeFileSync(join(dir, name), bytes)
  return dir
}

test('SVHN is read as rows of grey, with digit 0 for 10, and without the extra images', async () => {
  const { train, test: tests, about, sample } = await datasets.svhn({ dir: folder() })
  expect(train).toMatchObject({ count: 3, shape: [32, 32] })
  expect(train.targets).toEqual({ kind: 'labels', labels: Uint32Array.of(0, 1, 9), classes: 10 })
  expect(tests.targets).toMatchObject({ labels: Uint32Array.of(2, 0) })
  expect(about).toEqual({ trainImages: 3, extraImages: 0, colour: false, contrast: false })
  expect(sample).toBe(false)
  const [red, green, blue] = colour(2, 7, 30)
  const luma = Math.round(0.299 * red + 0.587 * green + 0.114 * blue)
  expect(train.inputs[2 * 1024 + 7 * 32 + 30]).toBe(luma)
})

test('in colour the three values of a place lie side by side', async () => {
  const { train } = await datasets.svhn({ dir: folder(), colour: true })
  expect(train).toMatchObject({ count: 3, shape: [32, 32, 3] })
  const at = 3072 + 3 * (7 * 32 + 30)
  expect([...train.inputs.subarray(at, at + 3)]).toEqual(colour(1, 7, 30))
})

test('extra images follow those to train on', async () => {
  const dir = folder({ [NAMES.extra]: svhnFile([5, 6]) })
  const { train, about } = await datasets.svhn({ dir })
  expect(train.targets).toMatchObject({ labels: Uint32Array.of(0, 1, 9, 5, 6) })
  expect(train.inputs.subarray(3 * 1024)).toEqual(train.inputs.subarray(0, 2 * 1024))
  expect(about).toMatchObject({ trainImages: 3, extraImages: 2 })
})

test('contrast is normalised image by image, an even image stays even', async () => {
  const even = make.packed(make.array('X', [32, 32, 3, 1], new Uint8Array(3072).fill(9)))
  const y = make.packed(make.array('y', [1, 1], Uint8Array.of(4)))
  const dir = folder({ [NAMES.extra]: make.file(even, y) })
  const { train } = await datasets.svhn({ dir, contrast: true })
  for (let n = 0; n < 3; n++) {
    const { mean, deviation } = moments(train, Uint32Array.of(n))
    expect(Math.abs(mean - 128)).toBeLessThan(1)
    expect(Math.abs(deviation - 48)).toBeLessThan(1)
  }
  expect(train.inputs.subarray(3 * 1024).every((value) => value === 128)).toBe(true)
})

test('a folder of the name with -sample is a sample', async () => {
  const root = temporaryFolder()
  renameSync(folder(), join(root, 'svhn-sample'))
  const { sample, name } = await findDataSource('svhn').load({ dataDir: root })
  expect({ sample, name }).toEqual({ sample: true, name: 'svhn' })
})

describe('what is not as in SVHN is refused with its file:', () => {
  const wrong: readonly (readonly [string, Uint8Array, string])[] = [
    ['a label 11', svhnFile([1, 11]), 'label 11 of image 1, expected 1 to 10'],
    ['a label 0', svhnFile([0]), 'label 0 of image 0, expected 1 to 10'],
    ['no labels', svhnFile([]), 'y has no labels'],
    [
      'another shape',
      svhnFile([1, 2], [3, 32, 32, 2]),
      'X is uint8 3 × 32 × 32 × 2, expected uint8 32 × 32 × 3 × 2 for the 2 labels of y',
    ],
    [
      'other arrays',
      make.file(make.array('Z', [1, 1], Uint8Array.of(1))),
      'no array y; it holds Z',
    ],
  ]
  test.each(wrong)('%s', async (_, bytes, message) => {
    const dir = folder({ [NAMES.train]: bytes })
    await expect(datasets.svhn({ dir })).rejects.toThrow(`${join(dir, NAMES.train)}: ${message}`)
  })

  test('a file that is missing', async () => {
    const dir = folder()
    renameSync(join(dir, NAMES.train), join(dir, NAMES.extra))
    await expect(datasets.svhn({ dir })).rejects.toThrow(`${join(dir, NAMES.train)}: no such file`)
    const empty = temporaryFolder()
    await expect(datasets.svhn({ dir: empty })).rejects.toThrow(
      `no svhn in ${empty}; it needs train_32x32.mat, test_32x32.mat`,
    )
  })

  test('an option that is none', async () => {
    const load = findDataSource('svhn').load({ dataDir: folder(), options: { colour: 3 } })
    await expect(load).rejects.toThrow('colour: 3 is not true or false')
  })
})

const data = process.env['FEEDALIGN_DATA']

test.skipIf(data === undefined)('the sample of SVHN has its class counts', async () => {
  const dir = join(data ?? '', 'svhn-sample')
  const { train, test: tests, sample } = await datasets.svhn({ dir })
  expect(sample).toBe(true)
  expect([train.count, tests.count]).toEqual([866, 217])
  const counts = classCounts(train).map((count, digit) => count + (classCounts(tests)[digit] ?? 0))
  expect(counts).toEqual([66, 227, 141, 134, 110, 112, 78, 70, 78, 67])
})
