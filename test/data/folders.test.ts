import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test, vi } from 'vitest'
import { findFolder, ownRoot } from '../../ts/data/folders.js'
import { DATASETS } from '../../ts/data/manifest.js'
import { temporaryFolder } from '../folders.js'

test.skipIf(process.platform !== 'linux')(
  'a set is looked for in the user’s folder last, where an installed package puts it',
  () => {
    onTestFinished(() => {
      vi.unstubAllEnvs()
    })
    const [home, data] = [temporaryFolder(), temporaryFolder()]
    vi.stubEnv('XDG_DATA_HOME', home)
    vi.stubEnv('FEEDALIGN_DATA', data)
    const user = join(home, 'feedalign', 'datasets', 'some')
    mkdirSync(user, { recursive: true })
    const holds = (folder: string): boolean => folder.endsWith('some')
    expect(findFolder('some', holds)).toEqual({ path: user, sample: false })
    mkdirSync(join(data, 'some'))
    expect(findFolder('some', holds)?.path).toBe(join(data, 'some'))
  },
)

test('a checkout puts what it fetches into its own folder', () => {
  expect(ownRoot()).toBe(DATASETS)
})
