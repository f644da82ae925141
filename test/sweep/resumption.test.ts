import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test, vi } from 'vitest'
import { begun } from '../../ts/sweep/begun.js'
import { heldSpec, reopen } from '../../ts/sweep/resumption.js'
import { readSpec } from '../../ts/sweep/spec.js'
import { Journal } from '../../ts/sweep/storage/journal.js'
import { temporaryFolder } from '../folders.js'

const specOf = (seed: number) =>
  readSpec({
    trials: 4,
    seed,
    train: { validation: 0.2, network: '784-16-10' },
    parameters: { momentum: { min: 0, max: 0.9 } },
  })

test('a sweep is opened by another spec only where that is forced', async () => {
  const folder = join(temporaryFolder(), 'sweep')
  await Journal.create(folder, begun(specOf(1))).close()
  expect(() => reopen(folder, specOf(2))).toThrow(/^seed: 2 here, 1 in the sweep that .* --force$/)
  // It lets go of the folder, and has written nothing.
  await vi.waitFor(() => {
    expect(readdirSync(folder)).toEqual(['journal.jsonl'])
  })
  expect(heldSpec(folder)).toEqual(specOf(1))
  await reopen(folder, specOf(2), { force: true }).journal.close()
  expect(heldSpec(folder)).toEqual(specOf(2))
})
