import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseIdx } from '../../ts/data/idx.js'
import { FeedalignError } from '../../ts/errors.js'
import { idxFile as file } from './idx.js'

/** Parses, or gives back the error if it is ours; anything else is thrown on. */
function attempt(bytes: Uint8Array): FeedalignError | undefined {
  try {
    parseIdx(bytes, 'f')
    return undefined
  } catch (error) {
    if (error instanceof FeedalignError) return error
    throw error
  }
}

const runs = { numRuns: process.env['FEEDALIGN_LONG'] === undefined ? 500 : 1_000_000 }

test('an array comes back as it was written', () => {
  const array = parseIdx(file([2, 3], Uint8Array.of(1, 2, 3, 4, 5, 6)), 'f')
  expect(array).toEqual({ shape: [2, 3], data: Uint8Array.of(1, 2, 3, 4, 5, 6) })
})

test('32-bit floats are read in big-endian order', () => {
  const bytes = Buffer.from([0, 0, 0x0d, 1, 0, 0, 0, 1, 0x3f, 0x80, 0, 0])
  expect(parseIdx(bytes, 'f').data).toEqual(Float32Array.of(1))
})

test('a wrong magic is named with its offset', () => {
  expect(() => parseIdx(Buffer.from('not an idx file'), 'x.gz')).toThrow(
    /^x\.gz: offset 0: magic 0x6e6f7420/,
  )
})

test('sizes that the file does not hold are an error before anything is allocated', () => {
  const huge = file([0xffffffff, 0xffffffff, 0xffffffff], Uint8Array.of(1))
  expect(() => parseIdx(huge, 'f')).toThrow(/^f: offset 4: sizes .* need more than .* bytes/)
  const large = file([60_000, 28, 28], Uint8Array.of(1))
  expect(() => parseIdx(large, 'f')).toThrow(
    'f: offset 4: sizes 60000 × 28 × 28 need 47040000 bytes, found 1',
  )
})

test('random bytes give an array or an error of ours', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
      attempt(bytes)
    }),
    runs,
  )
})

test('a mutated file gives an array or an error of ours', () => {
  const good = file(
    [3, 2, 2],
    Uint8Array.from({ length: 12 }, (_, i) => i),
  )
  fc.assert(
    fc.property(fc.nat(good.length - 1), fc.nat(255), fc.nat(good.length), (at, value, end) => {
      const bytes = Uint8Array.from(good)
      bytes[at] = value
      attempt(bytes.subarray(0, end))
    }),
    runs,
  )
})

test('every truncation is an error', () => {
  const good = file([3, 2, 2], new Uint8Array(12))
  for (let end = 0; end < good.length; end++) {
    expect(attempt(good.subarray(0, end))).toBeInstanceOf(FeedalignError)
  }
})
