import { execFileSync, spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import type { NumericArray } from '../../ts/data/elements.js'
import { parseNpy } from '../../ts/data/npy.js'
import { readNpz } from '../../ts/data/npz.js'
import { temporaryFolder } from '../folders.js'

const path = (name: string): string => fileURLToPath(new URL(name, import.meta.url))

interface Told {
  readonly name: string
  readonly dtype: string
  readonly shape: readonly number[]
  readonly values: readonly string[]
}

/** What NumPy says that it wrote. */
const told = (folder: string): Told[] =>
  readFileSync(join(folder, 'npy.jsonl'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Told)

/** A value as Python tells it; bit for bit, so that −0 is not 0. */
function value(text: string, array: NumericArray): number | bigint {
  if (array.data instanceof BigInt64Array || array.data instanceof BigUint64Array) {
    return BigInt(text)
  }
  return Number(text.replace('inf', 'Infinity'))
}

function check(array: NumericArray, { shape, values, name }: Told): void {
  expect(array.shape, name).toEqual(shape)
  const found: (number | bigint)[] = Array.from<number | bigint>(array.data)
  expect(found, name).toEqual(values.map((text) => value(text, array)))
}

/** What `npy.py` wrote, read and compared. */
async function compare(folder: string): Promise<void> {
  const expected = told(folder)
  expect(expected).toHaveLength(12 * 2 * 8)
  const stored = await readNpz(join(folder, 'stored.npz'))
  const deflated = await readNpz(join(folder, 'deflated.npz'))
  expect(stored.size + deflated.size).toBe(expected.length)
  for (const one of expected) {
    const array = stored.get(one.name) ?? deflated.get(one.name)
    expect(array, one.name).toBeDefined()
    if (array !== undefined) check(array, one)
  }
  const single = expected.find(({ name }) => name === 'little-f4-2-fortran')
  for (const version of [1, 2, 3]) {
    const file = join(folder, `version${version}.npy`)
    if (single !== undefined) check(parseNpy(readFileSync(file), file), single)
  }
}

describe('arrays of every type, byte order and version are read element by element', () => {
  test('as NumPy wrote them once', async () => {
    await compare(path('fixtures/npy'))
  })

  const numpy = spawnSync('python3', ['-c', 'import numpy']).status === 0
  test.skipIf(!numpy)('as the NumPy of this machine writes them', async () => {
    const folder = temporaryFolder()
    execFileSync('python3', [path('npy.py'), folder])
    await compare(folder)
  })
})
