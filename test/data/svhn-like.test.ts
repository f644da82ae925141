import { copyFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { classCounts } from '../../ts/data/examples.js'
import { findMaker } from '../../ts/data/make/index.js'
import { datasets } from '../../ts/data/sets/index.js'
import { temporaryFolder } from '../folders.js'
import { MatMaker } from './matFile.js'

const FILES = ['train_32x32.mat', 'test_32x32.mat', 'extra_32x32.mat']

async function made(examples: number, seed = 1, folder = temporaryFolder()): Promise<string> {
  await findMaker('svhn-like').make({ examples, folder, seed })
  return folder
}

test('the same seed makes the same files, whatever was there before', async () => {
  const [one, two, other] = [await made(70), await made(70), await made(70, 2)]
  const bytes = (folder: string) => readFileSync(join(folder, 'train_32x32.mat'))
  expect(bytes(one).equals(bytes(two))).toBe(true)
  expect(bytes(one).equals(bytes(other))).toBe(false)
  writeFileSync(join(two, 'train_32x32.mat.part'), 'left over')
  copyFileSync(join(other, 'train_32x32.mat'), join(two, 'extra_32x32.mat'))
  await made(70, 1, two)
  expect(bytes(one).equals(bytes(two))).toBe(true)
  expect(FILES.map((file) => existsSync(join(two, file)))).toEqual([true, true, false])
  expect(existsSync(join(two, 'train_32x32.mat.part'))).toBe(false)
})

test('what is made has its own name and is not taken for SVHN', async () => {
  const dir = await made(70)
  const { name, train, test: tests, about } = await datasets.svhnLike({ dir, colour: true })
  expect(name).toBe('svhn-like')
  expect(train).toMatchObject({ count: 70, shape: [32, 32, 3] })
  expect(tests.count).toBe(3)
  expect(about).toMatchObject({ trainImages: 70, extraImages: 0 })
  await expect(datasets.svhn({ dir })).rejects.toThrow(
    /svhn-like, made by feedalign, seed 1: take it as --data svhn-like/,
  )
})

test('files that were not made are neither replaced nor taken for made ones', async () => {
  const dir = temporaryFolder()
  const make = new MatMaker()
  const file = join(dir, 'test_32x32.mat')
  const bytes = make.file(make.array('y', [1, 1], Uint8Array.of(1)))
  writeFileSync(file, bytes)
  await expect(made(10, 1, dir)).rejects.toThrow(`${file} is not a made file`)
  expect(readFileSync(file).equals(bytes)).toBe(true)
  await expect(datasets.svhnLike({ dir })).rejects.toThrow('is not made by `feedalign data make`')
})

test('where writing is stopped no file is left', async () => {
  const folder = temporaryFolder()
  const controller = new AbortController()
  const onProgress = (done: number): void => {
    if (done > 100) controller.abort()
  }
  const { signal } = controller
  const how = { examples: 600, folder, seed: 1, signal, onProgress }
  await expect(findMaker('svhn-like').make(how)).rejects.toThrow()
  expect(existsSync(join(folder, 'train_32x32.mat'))).toBe(false)
  expect(existsSync(join(folder, 'train_32x32.mat.part'))).toBe(false)
})

test('a digit can be told by the mean image of its class', async () => {
  const { train } = await datasets.svhnLike({ dir: await made(1200), contrast: true })
  const labels = train.targets.kind === 'labels' ? train.targets.labels : []
  // Digits are lighter or darker than what they stand on.
  const far = Float64Array.from(train.inputs, (value) => Math.abs(value - 128))
  const image = (n: number): Float64Array => far.subarray(1024 * n, 1024 * (n + 1))
  const means = classCounts(train).map((_, digit) => {
    const mean = new Float64Array(1024)
    for (let n = 0; n < 1000; n++) {
      if (labels[n] === digit) image(n).forEach((value, i) => (mean[i] = (mean[i] ?? 0) + value))
    }
    const known = labels.slice(0, 1000).filter((label) => label === digit).length
    return mean.map((sum) => sum / known)
  })
  let wrong = 0
  for (let n = 1000; n < 1200; n++) {
    const apart = means.map((mean) =>
      image(n).reduce((sum, value, i) => sum + (value - (mean[i] ?? 0)) ** 2, 0),
    )
    if (apart.indexOf(Math.min(...apart)) !== labels[n]) wrong++
  }
  // Always to say 1 would be wrong in 81 of a hundred.
  expect(wrong / 200).toBeLessThan(0.3)
})
