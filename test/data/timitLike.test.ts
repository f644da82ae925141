import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, expect, test } from 'vitest'
import { classCounts } from '../../ts/data/examples.js'
import { timitLike as maker } from '../../ts/data/make/timitLike.js'
import { timitLike } from '../../ts/data/sets/timit.js'
import { folderWithCache } from './timitFiles.js'

let root: string

beforeEach(() => {
  root = folderWithCache()
})

async function make(name: string, seed: number): Promise<string> {
  const folder = join(root, name)
  await maker.make({ examples: 500, folder, seed })
  return folder
}

/** Every file under a folder, by its path there. */
const contents = (folder: string): Map<string, string> =>
  new Map(
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((name) => /\.(WAV|PHN)$/.test(name))
      .sort()
      .map((name) => [name, readFileSync(join(folder, name), 'latin1')]),
  )

test('what is made loads as its own set, with at least the frames asked for', async () => {
  const loaded = await timitLike.load({ dataDir: await make('timit-like', 1) })
  expect(loaded).toMatchObject({ name: 'timit-like', sample: false })
  expect(loaded.train.count).toBeGreaterThanOrEqual(500)
  expect(loaded.about).toMatchObject({ utterances: 20, speakers: 2, testSpeakers: 1 })
})

test('the same seed makes the same files, another seed others', async () => {
  const [first, again, other] = [await make('a', 1), await make('b', 1), await make('c', 2)]
  expect(contents(first).size).toBe(40)
  expect(contents(again)).toEqual(contents(first))
  expect(contents(other)).not.toEqual(contents(first))
})

test('its classes can be told apart by their coefficients', async () => {
  // One man and one woman: what their voices differ by is taken away.
  const options = { normalise: 'speaker' }
  const dataDir = await make('timit-like', 1)
  const { train, test: tested } = await timitLike.load({ dataDir, options })
  const labels = (of: typeof train): Uint32Array =>
    of.targets.kind === 'labels' ? of.targets.labels : new Uint32Array()
  const means = Array.from({ length: 6 }, () => ({ sum: new Float64Array(39), count: 0 }))
  labels(train).forEach((label, frame) => {
    const mean = means[label]
    if (mean === undefined) return
    mean.count++
    for (let i = 0; i < 39; i++)
      mean.sum[i] = (mean.sum[i] ?? 0) + (train.inputs[frame * 39 + i] ?? 0)
  })
  const right = labels(tested).filter((label, frame) => {
    const distances = means.map(({ sum, count }) => {
      let square = 0
      for (let i = 0; i < 39; i++) {
        square += ((tested.inputs[frame * 39 + i] ?? 0) - (sum[i] ?? 0) / count) ** 2
      }
      return square
    })
    return distances.indexOf(Math.min(...distances)) === label
  })
  const most = Math.max(...classCounts(tested)) / tested.count
  expect(right.length / tested.count).toBeGreaterThan(most + 0.1)
})

test('a folder that is there is not touched', async () => {
  const folder = await make('timit-like', 1)
  await expect(maker.make({ examples: 500, folder, seed: 2 })).rejects.toThrow(
    `${folder}: is there already`,
  )
})

test('what is stopped leaves nothing', async () => {
  const signal = AbortSignal.abort()
  const folder = join(root, 'timit-like')
  await expect(maker.make({ examples: 500, folder, seed: 1, signal })).rejects.toThrow('abort')
  expect(readdirSync(root)).toEqual([])
})
