/** What short runs leave out: diagnostics, and checkpoints before a minute has passed. */
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { fit, type FitOptions } from '../../ts/training/fit.js'
import { temporaryFolder } from '../folders.js'
import { finish, smallFit } from './small.js'

const shared = { validation: 0.25, threads: 1 }

const short = (checkpoints: string): FitOptions =>
  smallFit({ checkpoints, checkpointEvery: 'minute', diagnostics: false, ...shared })

test('a run of less than a minute that comes to its end does not even make the folder', async () => {
  const folder = join(temporaryFolder(), 'none')
  expect(await finish(fit(short(folder)))).toBe(await finish(fit(smallFit(shared))))
  expect(existsSync(folder)).toBe(false)
})

test('one that is left after an epoch leaves `last` alone, and goes on to the same bits', async () => {
  const checkpoints = temporaryFolder()
  for await (const event of fit(short(checkpoints))) {
    if (event.event === 'epoch' && event.epoch === 3) break
  }
  expect(readdirSync(checkpoints)).toEqual(['checkpoint-last.bin'])
  const resumed = fit({ ...short(checkpoints), resume: true })
  const alone = await finish(fit(smallFit(shared)))
  const epochs: number[] = []
  for await (const event of resumed) if (event.event === 'epoch') epochs.push(event.epoch)
  expect(epochs).toEqual([4, 5, 6])
  expect(resumed.model.weightsSha256).toBe(alone)
})

test('without diagnostics the events have no angles, and the errors are the same', async () => {
  const errors = async (diagnostics: boolean) => {
    const seen: unknown[] = []
    for await (const event of fit(smallFit({ diagnostics, ...shared }))) {
      if (event.event !== 'epoch') continue
      expect(event.angles).toHaveLength(diagnostics ? 2 : 0)
      expect(event.blocks).toHaveLength(diagnostics ? 3 : 0)
      seen.push([event.epoch, event.trainLoss, event.trainError, event.validationError])
    }
    return seen
  }
  expect(await errors(false)).toEqual(await errors(true))
})
