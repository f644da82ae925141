import { expect, test } from 'vitest'
import { classCounts } from '../../ts/data/examples.js'
import { datasets } from '../../ts/data/sets/index.js'
import { split } from '../../ts/data/split.js'

const real = test.skipIf(process.env['FEEDALIGN_DATA'] === undefined)

real('MNIST has its published class counts', async () => {
  const { train, test: tests } = await datasets.mnist()
  expect(classCounts(train)).toEqual([5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949])
  expect(tests.count).toBe(10_000)
})

test('the digits that come with the package are 8,004 to train on and 1,996 to test', async () => {
  const { train, test: tests } = await datasets.digits()
  expect([train.count, tests.count]).toEqual([8004, 1996])
  const shares = classCounts(tests).map((count, digit) => count / (classCounts(train)[digit] ?? 0))
  shares.forEach((share) => {
    expect(share).toBeCloseTo(0.25, 2)
  })
})

test('a split is stratified, disjoint, complete, and the same for the same seed', async () => {
  const { train } = await datasets.digits()
  const { train: kept, validation } = split(train, 0.1, 3)
  expect([...kept, ...validation].sort((a, b) => a - b)).toEqual(
    Array.from({ length: train.count }, (_, i) => i),
  )
  expect(validation.length / train.count).toBeCloseTo(0.1, 2)
  expect(split(train, 0.1, 3).validation).toEqual(validation)
  expect(split(train, 0.1, 4).validation).not.toEqual(validation)
})

test('a folder without MNIST is an error that names what it needs', async () => {
  await expect(datasets.mnist({ dir: '/nowhere' })).rejects.toThrow(
    /no MNIST in \/nowhere \(no such folder\); it needs train-images/,
  )
})
