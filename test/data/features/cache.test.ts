import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { cached, cacheFolder, type Extracted } from '../../../ts/data/features/cache.js'
import { temporaryFolder } from '../../folders.js'

const made: Extracted = { frames: Uint32Array.of(1, 2), values: Float32Array.of(1, 2, 3, 4, 5, 6) }

/** FEEDALIGN_CACHE in a test. */
function cacheIn(folder: string): string {
  const { FEEDALIGN_CACHE: before } = process.env
  process.env['FEEDALIGN_CACHE'] = folder
  onTestFinished(() => {
    if (before === undefined) delete process.env['FEEDALIGN_CACHE']
    else process.env['FEEDALIGN_CACHE'] = before
  })
  return folder
}

/** Asks for features under `key`: what came, and whether it had to be made. */
async function ask(key: string): Promise<{ found: Extracted; fresh: boolean }> {
  let fresh = false
  const found = await cached(key, () => {
    fresh = true
    return Promise.resolve(made)
  })
  return { found, fresh }
}

test('features are made once for a key, and come back to the bit', async () => {
  const folder = cacheIn(join(temporaryFolder(), 'new'))
  expect(await ask('a')).toEqual({ found: made, fresh: true })
  expect(await ask('a')).toEqual({ found: made, fresh: false })
  expect(await ask('b')).toEqual({ found: made, fresh: true })
  expect(readdirSync(folder).sort()).toEqual(['features-a.bin', 'features-b.bin'])
})

test('a kept file with any byte changed, or any end cut off, is made anew', async () => {
  const file = join(cacheIn(temporaryFolder()), 'features-a.bin')
  await ask('a')
  const good = readFileSync(file)
  for (let at = 0; at < good.length; at++) {
    const bad = Buffer.from(good)
    bad[at] = (bad[at] ?? 0) ^ 1
    for (const bytes of [bad, good.subarray(0, at)]) {
      writeFileSync(file, bytes)
      expect(await ask('a')).toEqual({ found: made, fresh: true })
      expect(readFileSync(file)).toEqual(good)
    }
  }
})

test('where nothing can be kept, features are made each time', async () => {
  const file = join(temporaryFolder(), 'file')
  writeFileSync(file, '')
  cacheIn(file)
  expect(await ask('a')).toEqual({ found: made, fresh: true })
  expect(await ask('a')).toEqual({ found: made, fresh: true })
})

test('without FEEDALIGN_CACHE the folder is one of the user', () => {
  cacheIn('')
  expect(cacheFolder()).toMatch(/feedalign/)
})
