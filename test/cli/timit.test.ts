import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { writeSample } from '../data/timitFiles.js'
import { temporaryFolder } from '../folders.js'
import { feedalign, parse } from './command.js'

test('one command trains on speech from raw files, by options of the set, and keeps features', () => {
  const folder = temporaryFolder()
  const cache = join(folder, 'cache')
  writeSample(join(folder, 'timit-sample'))
  const train = (...options: string[]) => {
    const data = ['--data', 'timit', '--data-dir', folder, '--validation', '0.3']
    const small = ['--rule', 'fa', '--epochs', '1', '--threads', '1', '--no-save', '--json']
    return feedalign(['train', ...data, ...small, ...options], folder, { FEEDALIGN_CACHE: cache })
  }
  const args = ['--network', '26-16-6', '--data-options', 'bands=40,derivatives=1']
  const { status, stdout } = train(...args)
  expect(status).toBe(0)
  expect(parse(stdout).map(({ event }) => event)).toEqual(['start', 'epoch', 'epoch', 'done'])
  expect(readdirSync(cache)).toHaveLength(1)
  const hash = (lines: string): string | undefined => parse(lines).at(-1)?.weightsSha256
  expect(hash(stdout)).toMatch(/^[0-9a-f]{64}$/)
  expect(hash(train(...args).stdout)).toBe(hash(stdout))
  expect(readdirSync(cache)).toHaveLength(1)
  expect(train('--network', '39-16-6', '--data-options', 'band=40').stderr).toContain(
    'did you mean "bands"?',
  )
})
