import { expect, test } from 'vitest'
import { parseNpy } from '../../ts/data/npy.js'
import { FeedalignError } from '../../ts/errors.js'
import { LIMIT, survive } from './damage.js'
import { dictionary, npyFile } from './npy.js'

const six = Uint8Array.of(1, 2, 3, 4, 5, 6)

test('an array comes back as it was written, under every version', () => {
  for (const version of [1, 2, 3]) {
    const file = npyFile(dictionary('|u1', '(2, 3)'), six, version)
    expect(parseNpy(file, 'f')).toEqual({ shape: [2, 3], data: six })
  }
})

test('column-major values come back row-major', () => {
  const file = npyFile(dictionary('|u1', '(2, 3)', 'True'), Uint8Array.of(1, 4, 2, 5, 3, 6))
  expect(parseNpy(file, 'f')).toEqual({ shape: [2, 3], data: six })
})

test('one value has no axes, and no values are an array too', () => {
  expect(parseNpy(npyFile(dictionary('|u1', '()'), Uint8Array.of(7)), 'f')).toEqual({
    shape: [],
    data: Uint8Array.of(7),
  })
  const none = parseNpy(npyFile(dictionary('<f4', '(0, 5)'), new Uint8Array()), 'f')
  expect(none).toEqual({ shape: [0, 5], data: new Float32Array() })
})

test('values are read wherever in memory the file lies', () => {
  const file = npyFile(dictionary('<f8', '(2,)'), new Uint8Array(Float64Array.of(0.5, -3).buffer))
  for (let offset = 0; offset < 8; offset++) {
    const moved = new Uint8Array(offset + file.length)
    moved.set(file, offset)
    expect(parseNpy(moved.subarray(offset), 'f').data).toEqual(Float64Array.of(0.5, -3))
  }
})

test('what Python 2 wrote is read: sizes with an L', () => {
  expect(parseNpy(npyFile(dictionary('|u1', '(2L, 3L)'), six), 'f').shape).toEqual([2, 3])
})

test('bytes are shared, not copied', () => {
  const file = npyFile(dictionary('|u1', '(6,)'), six)
  expect(parseNpy(file, 'f').data.buffer).toBe(file.buffer)
})

const good = npyFile(dictionary('<i4', '(3,)'), new Uint8Array(12))

/** `good` with bytes set from an offset on. */
const patched = (at: number, ...bytes: number[]): Buffer => {
  const copy = Buffer.from(good)
  copy.set(bytes, at)
  return copy
}

const wrong: readonly [string, Uint8Array, string][] = [
  ['nothing', new Uint8Array(), 'f: offset 0: 0x is not the start of a .npy (expected 0x934e'],
  ['a zip', Buffer.from('PK\x03\x04....'), 'f: offset 0: 0x504b03042e2e is not the start of a'],
  ['a version to come', patched(6, 4), 'f: offset 6: version 4, expected 1 to 3'],
  ['a magic alone', good.subarray(0, 8), 'f: ends at offset 8, within its header'],
  ['half a header', good.subarray(0, 40), 'f: offset 8: a header of 118 bytes, found 30'],
  [
    'a header of megabytes',
    npyFile(dictionary('<i4', `(3,)${' '.repeat(2 ** 20)}`), new Uint8Array(12), 2),
    'expected 10000 at most',
  ],
  ['a value less', good.subarray(0, -4), 'f: offset 128: shape 3 of <i4 needs 12 bytes, found 8'],
  ['a byte more', Buffer.concat([good, Buffer.of(0)]), 'needs 12 bytes, found 13'],
  [
    'sizes of no memory',
    npyFile(dictionary('<f8', '(4294967296, 4294967296)'), new Uint8Array(8)),
    'shape 4294967296 × 4294967296 of <f8 needs 147573952589676410000 bytes, found 8',
  ],
  [
    'a negative size',
    npyFile(dictionary('<i4', '(-3,)'), new Uint8Array(12)),
    'expected descr, fortran_order and shape, found',
  ],
  [
    'sizes without a comma',
    npyFile(dictionary('<i4', '(3 3)'), new Uint8Array(12)),
    'f: offset 10: shape (3 3) is not of whole numbers',
  ],
  [
    'too many axes',
    npyFile(dictionary('|u1', `(${'1, '.repeat(65)})`), Uint8Array.of(1)),
    'is not of whole numbers',
  ],
  [
    'a header without its shape',
    npyFile("{'descr': '<i4', 'fortran_order': False, }", new Uint8Array(12)),
    "f: offset 10: expected descr, fortran_order and shape, found \"{'descr': '<i4'",
  ],
  [
    'a header that says more',
    npyFile(`${dictionary('<i4', '(3,)')}; import os`, new Uint8Array(12)),
    'expected descr, fortran_order and shape, found',
  ],
  [
    'an unknown type',
    npyFile(dictionary('<q9', '(3,)'), new Uint8Array(12)),
    'f: offset 10: dtype "<q9" is unknown; expected numbers such as <f4, <i8 or |u1',
  ],
  [
    'numbers of no byte order',
    npyFile(dictionary('|i4', '(3,)'), new Uint8Array(12)),
    'dtype "|i4" is unknown',
  ],
]

for (const [what, bytes, message] of wrong) {
  test(`${what} is refused with offset, found and expected`, () => {
    expect(() => parseNpy(bytes, 'f')).toThrow(FeedalignError)
    expect(() => parseNpy(bytes, 'f')).toThrow(message)
  })
}

const refused: readonly [string, RegExp][] = [
  ['|O', /dtype "\|O" is Python objects.*unpickling runs code; save numbers: np.save/],
  ['<c8', /is complex numbers; save parts/],
  ['<f16', /is floats that are neither of 2, 4 nor 8 bytes; save a.astype\("f8"\)/],
  ['<U3', /is texts; save numbers: np.unique/],
  ['|S3', /is texts; save numbers: np.unique/],
  ['<M8[ns]', /is dates; save a.astype\("f8"\)/],
  ['|V4', /is raw bytes; save each field as an array of its own/],
]

for (const [descr, message] of refused) {
  test(`dtype ${descr} is refused with a reason and the cure`, () => {
    const file = npyFile(dictionary(descr, '(1,)'), new Uint8Array(16))
    expect(() => parseNpy(file, 'x.npy')).toThrow(message)
  })
}

test('records of named fields are refused with the cure', () => {
  const fields = "{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (3,), }"
  expect(() => parseNpy(npyFile(fields, new Uint8Array(12)), 'f')).toThrow(
    /records of named fields .*; save each field as an array of its own/,
  )
})

test(
  'damaged files give an array or an error of ours',
  async () => {
    const corpus = [
      good,
      npyFile(dictionary('>f8', '(2, 2)', 'True'), new Uint8Array(32), 2),
      npyFile(dictionary('<f2', '(2, 1, 3)'), new Uint8Array(12), 3),
    ]
    const { accepted, refused } = await survive(corpus, (bytes) => parseNpy(bytes, 'f'))
    expect(accepted).toBeGreaterThan(0)
    expect(refused).toBeGreaterThan(0)
  },
  LIMIT,
)
