import { expect, test } from 'vitest'
import { fit } from '../../ts/training/fit.js'
import { finish, smallFit } from '../training/small.js'

test('sessions that train at once in one process end with the bits that each has alone', async () => {
  const runs = () =>
    [1, 2, 3, 4].map((seed) => fit(smallFit({ seed, epochs: 8, threads: 1 + (seed % 3) })))
  const alone: string[] = []
  for (const run of runs()) alone.push(await finish(run))
  expect(new Set(alone).size).toBe(4)
  expect(await Promise.all(runs().map(finish))).toEqual(alone)
})
