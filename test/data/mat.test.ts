import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { matOf, openMat, readMat, type MatArray } from '../../ts/data/mat/mat.js'
import { sourceOf } from '../../ts/data/mat/source.js'
import { temporaryFolder } from '../folders.js'
import { LIMIT, survive } from './damage.js'
import { CLASS, MatMaker, TYPE } from './matFile.js'

const little = new MatMaker()

const bytes = (count: number): Uint8Array => Uint8Array.from({ length: count }, (_, i) => i % 251)

/** 2 × 3 bytes. */
const X = little.array('X', [2, 3], bytes(6))

async function read(file: Uint8Array, name = 'X'): Promise<MatArray> {
  const mat = await matOf(sourceOf(file, 'f.mat'))
  return await mat.read(name)
}

describe('an array is read', () => {
  for (const big of [false, true]) {
    const maker = new MatMaker(big)
    const order = big ? 'big' : 'little'
    const doubles = Buffer.alloc(16)
    doubles[big ? 'writeDoubleBE' : 'writeDoubleLE'](0.1, 0)
    doubles[big ? 'writeDoubleBE' : 'writeDoubleLE'](-Infinity, 8)
    const x = maker.array('X', [1, 2], doubles, {
      word: CLASS.double,
      values: maker.element(TYPE.double, doubles),
    })

    test(`of ${order}-endian doubles, packed or not`, async () => {
      for (const element of [x, maker.packed(x)]) {
        expect(await read(maker.file(element))).toEqual({
          name: 'X',
          class: 'double',
          shape: [1, 2],
          data: Float64Array.of(0.1, -Infinity),
        })
      }
    })

    test(`of ${order}-endian small elements, with whole doubles in bytes`, async () => {
      const values = maker.small(TYPE.uint8, Uint8Array.of(7, 0, 255))
      const name = maker.small(TYPE.int8, Buffer.from('X'))
      const array = maker.array('', [3, 1], bytes(0), { word: CLASS.double, name, values })
      const { data } = await read(maker.file(maker.packed(array)))
      expect(data).toEqual(Float64Array.of(7, 0, 255))
    })
  }

  test('with its shape of any rank, column-major as it lies', async () => {
    const { shape, data } = await read(
      little.file(little.packed(little.array('X', [2, 3, 1, 4], bytes(24)))),
    )
    expect(shape).toEqual([2, 3, 1, 4])
    expect(data).toEqual(bytes(24))
  })

  test('of no values at all', async () => {
    const array = little.array('X', [0, 2 ** 31 - 1, 2 ** 31 - 1], bytes(0))
    expect((await read(little.file(array))).data).toHaveLength(0)
  })

  test('out of a file, beside arrays that are not wanted and could not be read', async () => {
    const file = join(temporaryFolder(), 'x.mat')
    const text = little.array('text', [1, 2], Buffer.from('ab'), { word: CLASS.char })
    const cell = little.packed(little.array('c', [1, 1], X, { word: CLASS.cell, values: X }))
    writeFileSync(file, little.file(text, X, cell, little.array('y', [1, 1], bytes(1))))
    const arrays = await readMat(file, ['y', 'X'])
    expect([...arrays.keys()]).toEqual(['y', 'X'])
    expect(arrays.get('X')?.data).toEqual(bytes(6))
  })
})

test('slices are whole ones, in order, however many pieces the file comes in', async () => {
  const file = join(temporaryFolder(), 'x.mat')
  const all = bytes(3 * 70_001 * 7)
  const array = little.array('X', [3, 70_001, 7], all)
  for (const element of [array, little.packed(array)]) {
    writeFileSync(file, little.file(element))
    const mat = await openMat(file)
    const slices: Uint8Array[] = []
    for await (const part of mat.slices('X')) slices.push(Uint8Array.from(part as Uint8Array))
    await mat.close()
    expect(slices.every(({ length }) => length > 0 && length % (3 * 70_001) === 0)).toBe(true)
    expect(Buffer.concat(slices).equals(all)).toBe(true)
  }
})

test(
  'damaged files give arrays or an error of ours, in memory for what they hold',
  async () => {
    const big = new MatMaker(true)
    const corpus = [
      little.file(X),
      little.file(little.packed(X), little.array('y', [1, 3], bytes(3))),
      big.file(big.packed(big.array('X', [2, 3, 4], bytes(24)))),
      little.file(little.packed(little.array('X', [1, 3000], new Uint8Array(3000)))),
    ]
    const { accepted, refused } = await survive(corpus, (file) => read(file))
    expect(Math.min(accepted, refused)).toBeGreaterThan(100)
    // Packed ones by the million need their time.
  },
  LIMIT,
)
