import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { deflateSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { FeedalignError } from '../../ts/errors.js'
import { matOf, readMat } from '../../ts/data/mat/mat.js'
import { sourceOf } from '../../ts/data/mat/source.js'
import { temporaryFolder } from '../folders.js'
import { CLASS, MatMaker, TYPE, type Changes } from './matFile.js'

const make = new MatMaker()
const six = Uint8Array.of(1, 2, 3, 4, 5, 6)
const X = make.array('X', [2, 3], six)
const good = make.file(X)

/** A file whose only array, not packed, has these changes. */
const changed = (change: Changes): Buffer => make.file(make.array('X', [2, 3], six, change))

const of = (kind: number): Buffer => changed({ word: kind })

/** `bytes` with others from `at` on. */
function over(bytes: Uint8Array, at: number, others: Uint8Array): Buffer {
  const copy = Buffer.from(bytes)
  copy.set(others, at)
  return copy
}

/** A packed element whose zlib data is this. */
const zlib = (data: Uint8Array): Buffer =>
  make.file(Buffer.concat([make.words(TYPE.packed, data.length), data]))

/** Packed arrays that are not inflated at once: of many bytes, and of many packed ones. */
const long = make.array('X', [1000, 100], new Uint8Array(100_000))
const noise = Uint8Array.from({ length: 100_000 }, (_, i) => Math.imul(i, 0x9e3779b9) >>> 13)
const noisy = deflateSync(make.array('X', [1000, 100], noise))

const cure = "load it in MATLAB or Octave and save it again with save(…, '-v7')"

const wrong: readonly (readonly [string, Uint8Array, string])[] = [
  ['no bytes at all', Buffer.alloc(0), "0 bytes are too few for a MAT file's header of 128"],
  ['a header cut short', good.subarray(0, 127), '127 bytes are too few'],
  [
    'version 7.3 by its header',
    Buffer.concat([Buffer.from('MATLAB 7.3 MAT-file, Platform: GLNXA64'), Buffer.alloc(600)]),
    `is of version 7.3, which is HDF5 and not read here; ${cure}`,
  ],
  ['plain HDF5', Buffer.from('\x89HDF\r\n\x1a\n and more', 'latin1'), 'is of version 7.3'],
  ['version 4', make.words(0, 2, 3, 0, 2, 88), `offset 0: looks like version 4, which is not`],
  ['text', Buffer.alloc(200, 'text '), 'offset 126: "ex" is no byte order'],
  ['a later version', over(good, 124, Buffer.of(0, 3)), 'version 0x0300, expected 0x0100'],
  ['no arrays', make.file(), 'no array X; it holds none'],
  ['another name', make.file(make.array('Y', [1, 1], six)), 'no array X; it holds Y (uint8 1 × 1)'],
  ['a name twice', make.file(X, make.packed(X)), 'offset 136: X is there 2 times'],
  ['bytes after the last array', make.file(X, Buffer.of(1)), 'offset 200: 1 bytes, expected a tag'],
  [
    'zeros after it',
    make.file(X, Buffer.alloc(8)),
    'offset 200: type 0, expected 14 (an array) or',
  ],
  [
    'numbers that are in no array',
    make.file(make.element(TYPE.uint8, six)),
    '128: type 2, expected',
  ],
  [
    'an array cut short',
    good.subarray(0, -1),
    '64 bytes declared, found 63 to the end of the file',
  ],
  ['a packed one cut short', make.file(make.packed(X)).subarray(0, -9), 'to the end of the file'],

  ['flags of another type', changed({ flags: make.element(TYPE.uint8, six) }), 'flags stored as'],
  [
    'flags too short',
    changed({ flags: make.element(TYPE.uint32, six) }),
    '6 bytes of flags, expec',
  ],
  [
    'flags too long',
    changed({ flags: make.element(TYPE.uint32, good) }),
    '200 bytes of flags, expected at m',
  ],
  ['an unknown class', of(0), 'offset 144: class 0, expected 1 to 17'],
  ['sizes of another type', changed({ sizes: make.element(TYPE.uint32, six) }), 'sizes stored as'],
  ['one size', changed({ sizes: make.element(TYPE.int32, make.words(6)) }), '4 bytes of sizes, ex'],
  [
    'half a size',
    changed({ sizes: make.element(TYPE.int32, Buffer.alloc(10)) }),
    '10 bytes of siz',
  ],
  [
    'a size below 0',
    changed({ sizes: make.element(TYPE.int32, make.words(-2, -3)) }),
    'sizes -2 × -3, one below 0',
  ],
  [
    'too many sizes',
    changed({ sizes: make.element(TYPE.int32, Buffer.alloc(4 * 33)) }),
    '132 bytes of sizes, expected at most 128',
  ],
  [
    'sizes beyond any memory',
    changed({ sizes: make.element(TYPE.int32, make.words(0x7fffffff, 0x7fffffff, 0x7fffffff)) }),
    'offset 136: X of sizes 2147483647 × 2147483647 × 2147483647 needs 9.9',
  ],
  [
    'a long name',
    changed({ name: make.element(TYPE.int8, Buffer.alloc(2000)) }),
    '2000 bytes of n',
  ],
  [
    'five bytes in a small element',
    changed({ name: make.words(0x50001, 0) }),
    '5 bytes in a small',
  ],
  ['a value less', changed({ values: make.element(TYPE.uint8, six, 5) }), '5 bytes of values, but'],
  [
    'more values than file',
    changed({ values: make.element(2, six, 1e6) }),
    '1000000 bytes declared',
  ],
  ['values of no known type', changed({ values: make.element(8, six) }), 'stored as type 8, which'],
  [
    'floats in bytes',
    changed({ values: make.element(TYPE.double, six) }),
    'X of class uint8 stored',
  ],
  [
    'bytes after the values',
    changed({ values: Buffer.concat([make.element(TYPE.uint8, six), Buffer.alloc(8)]) }),
    'offset 200: 8 bytes too many',
  ],

  ['a cell', of(CLASS.cell), 'offset 136: X is of class cell; only arrays of numbers are read'],
  ['a struct', of(CLASS.struct), 'X is of class struct; only arrays of numbers'],
  ['an object', of(CLASS.object), 'X is of class object; only'],
  ['text', of(CLASS.char), 'X is of class char; only'],
  ['a sparse matrix', of(CLASS.sparse), 'X is of class sparse; only'],
  ['a function', of(16), 'X is of class function; only'],
  ['logical values', of(0x200 + CLASS.uint8), 'X is of class logical; only'],
  ['complex numbers', of(0x800 + CLASS.double), 'X is complex; only arrays of real numbers are'],

  [
    'what is no zlib data',
    zlib(Buffer.from('not zlib')),
    'offset 136: damaged zlib data (incorrect',
  ],
  [
    'zlib data cut short',
    zlib(deflateSync(X).subarray(0, -7)),
    'damaged zlib data (unexpected end',
  ],
  [
    'a wrong checksum',
    zlib(over(deflateSync(X), deflateSync(X).length - 1, Buffer.of(9))),
    'data c',
  ],
  [
    'bytes after it',
    zlib(Buffer.concat([deflateSync(X), six])),
    '6 bytes follow the end of its zl',
  ],
  [
    'a long one cut short',
    zlib(noisy.subarray(0, -7)),
    'damaged zlib data (unexpected end of file',
  ],
  [
    'bytes after a long one',
    zlib(Buffer.concat([noisy, six])),
    '6 bytes follow the end of its zli',
  ],
  [
    'a packed element in a packed element',
    make.file(make.packed(make.packed(X))),
    'offset 0 of what is packed at offset 136: type 15, expected 14',
  ],
  [
    'a packed array that goes on',
    make.file(make.packed(over(X, 4, make.words(X.length - 16)))),
    'bytes declared, found',
  ],
  [
    'bytes after the packed array',
    make.file(make.packed(Buffer.concat([X, six]))),
    'offset 72 of what is packed at offset 136: the data goes on after what is declared',
  ],
  [
    'bytes after a long packed array',
    make.file(make.packed(Buffer.concat([long, six]))),
    'the data goes on after what is declared',
  ],
  [
    'a packed array that ends early',
    make.file(make.packed(over(long.subarray(0, -200), 4, make.words(long.length - 8)))),
    'the data ends 200 bytes before what is declared',
  ],
  [
    'more than zlib can pack',
    make.file(make.packed(over(X, 4, make.words(1e9)))),
    '1000000000 bytes declared, more than',
  ],
]

describe('a damaged file, or one not for us, is refused with its place and what is there:', () => {
  test.each(wrong)('%s', async (_, bytes, message) => {
    const read = async (): Promise<unknown> => {
      const mat = await matOf(sourceOf(bytes, 'f.mat'))
      return await mat.read('X')
    }
    const error: unknown = await read().catch((caught: unknown) => caught)
    expect(error).toBeInstanceOf(FeedalignError)
    expect((error as Error).message).toMatch(/^f\.mat: [^\n]*$/)
    expect((error as Error).message).toContain(message)
  })
})

test('every truncation is an error', async () => {
  for (const file of [good, make.file(make.packed(X))]) {
    for (let end = 0; end < file.length; end++) {
      const read = async () => (await matOf(sourceOf(file.subarray(0, end), 'f.mat'))).read('X')
      await expect(read()).rejects.toThrow(FeedalignError)
    }
  }
})

test('a small file that unpacks to gigabytes is refused at no cost', async () => {
  const zeros = make.array('X', [2 ** 20, 300], new Uint8Array(300 * 2 ** 20))
  const file = make.file(make.packed(over(zeros, 4, make.words(2 ** 20))))
  const before = process.memoryUsage().arrayBuffers
  const read = async () => (await matOf(sourceOf(file, 'f.mat'))).read('X')
  await expect(read()).rejects.toThrow(/314572800 bytes declared, found 10485\d\d to the end/)
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(2 ** 22)
})

test('what is no file is named with the reason', async () => {
  const folder = temporaryFolder()
  const within = join(folder, 'x.mat')
  mkdirSync(within)
  await expect(readMat(within, ['X'])).rejects.toThrow(`${within}: illegal operation on a direct`)
  const missing = join(folder, 'y.mat')
  await expect(readMat(missing, ['X'])).rejects.toThrow(`${missing}: no such file or directory`)
})
