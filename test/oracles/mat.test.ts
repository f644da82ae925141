import { execFileSync, spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { openMat, type MatArray } from '../../ts/data/mat/mat.js'
import { temporaryFolder } from '../folders.js'

const path = (name: string): string => fileURLToPath(new URL(name, import.meta.url))

interface Told {
  readonly file: string
  readonly name: string
  readonly dtype: string
  readonly shape: readonly number[]
  readonly values: readonly string[]
}

const FILES = ['big.mat', 'big-packed.mat', 'little.mat', 'little-packed.mat']

const classes: Readonly<Record<string, string>> = {
  i1: 'int8',
  u1: 'uint8',
  i2: 'int16',
  u2: 'uint16',
  i4: 'int32',
  u4: 'uint32',
  i8: 'int64',
  u8: 'uint64',
  f4: 'single',
  f8: 'double',
}

/** A value as Python tells it; bit for bit, so that −0 is not 0. */
function value(text: string, { data }: MatArray): number | bigint {
  const big = data instanceof BigInt64Array || data instanceof BigUint64Array
  return big ? BigInt(text) : Number(text.replace('inf', 'Infinity'))
}

/** What `mat.py` wrote, read, and compared with what SciPy reads. */
async function compare(folder: string): Promise<void> {
  const lines = readFileSync(join(folder, 'mat.jsonl'), 'utf8').trim().split('\n')
  const told = lines.map((line) => JSON.parse(line) as Told)
  expect(told).toHaveLength(4 * 10 * 7 + 2 * 7)
  for (const file of FILES) {
    const mat = await openMat(join(folder, file))
    const expected = told.filter((one) => one.file === file)
    expect(mat.variables.map(({ name }) => name)).toEqual(expected.map(({ name }) => name))
    for (const one of expected) {
      const array = await mat.read(one.name)
      const name = `${file} ${one.name}`
      expect(array.class, name).toBe(classes[one.dtype])
      expect(array.shape, name).toEqual(one.shape)
      const found = Array.from<number | bigint>(array.data)
      expect(found, name).toEqual(one.values.map((text) => value(text, array)))
    }
    await mat.close()
  }
}

describe('arrays of every class and byte order, packed or not, are what SciPy finds in them', () => {
  test('as SciPy told once', async () => {
    await compare(path('fixtures/mat'))
  })

  const scipy = spawnSync('python3', ['-c', 'import scipy.io']).status === 0
  test.skipIf(!scipy)('as the SciPy of this machine writes and reads them', async () => {
    const folder = temporaryFolder()
    execFileSync('python3', [path('mat.py'), folder])
    await compare(folder)
  })
})
