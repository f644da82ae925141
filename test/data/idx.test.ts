import { expect, test } from 'vitest'
import { parseIdx } from '../../ts/data/idx.js'
import { FeedalignError } from '../../ts/errors.js'
import { LIMIT, survive } from './damage.js'
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
  expect(() => parseIdx(huge, 'f')).toThrow(/^f: offset 4: sizes .* are more than any file holds/)
  const large = file([60_000, 28, 28], Uint8Array.of(1))
  expect(() => parseIdx(large, 'f')).toThrow(
    'f: offset 4: sizes 60000 × 28 × 28 need 47040000 bytes, found 1',
  )
})

test(
  'damaged files give an array or an error of ours, in memory for what they hold',
  async () => {
    const bytes = (count: number) => Uint8Array.from({ length: count }, (_, i) => i)
    const corpus = [file([3, 2, 2], bytes(12)), file([2], bytes(2)), file([1, 1, 1, 64], bytes(64))]
    const { accepted, refused } = await survive(corpus, (bytes) => parseIdx(bytes, 'f'))
    expect(Math.min(accepted, refused)).toBeGreaterThan(100)
  },
  LIMIT,
)

test('every truncation is an error', () => {
  const good = file([3, 2, 2], new Uint8Array(12))
  for (let end = 0; end < good.length; end++) {
    expect(attempt(good.subarray(0, end))).toBeInstanceOf(FeedalignError)
  }
})
