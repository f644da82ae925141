import { expect, test } from 'vitest'
import { parseAudio } from '../../../ts/data/audio/audio.js'
import { parseWav } from '../../../ts/data/audio/wav.js'
import { LIMIT, survive } from '../damage.js'
import { chunk, extensibleChunk, formatChunk, riff, type WavFormat } from './made.js'

const wav = (format: WavFormat, data: Buffer): Buffer =>
  riff(formatChunk(format), chunk('data', data))

const pcm16: WavFormat = { tag: 1, bits: 16 }
const words = Buffer.from('0100ff7f0080ffff', 'hex')
const good = wav(pcm16, words)

test('samples of every coding are read, ±1 at full scale', () => {
  const cases: readonly [WavFormat, string, number[]][] = [
    [{ tag: 1, bits: 8 }, '0080ff', [-1, 0, 127 / 128]],
    [pcm16, '0080ff7f0100', [-1, 32767 / 32768, 1 / 32768]],
    [{ tag: 1, bits: 24 }, '000080ffff7fffffff', [-1, 1 - 2 ** -23, -(2 ** -23)]],
    [{ tag: 1, bits: 32 }, '0000008000000040', [-1, 0.5]],
    [{ tag: 3, bits: 32 }, '0000803f0000c0bf', [1, -1.5]],
  ]
  for (const [format, hex, expected] of cases) {
    const data = chunk('data', Buffer.from(hex, 'hex'))
    const samples = Float32Array.from(expected)
    expect(parseWav(riff(formatChunk(format), data), 'f').samples).toEqual(samples)
    expect(parseWav(riff(extensibleChunk(format), data), 'f').samples).toEqual(samples)
  }
})

test('rate and channels are those of the format, and other chunks are passed over', () => {
  const format = formatChunk({ ...pcm16, channels: 2, rate: 44100 })
  const bytes = riff(chunk('LIST', Buffer.alloc(7)), format, chunk('data', words))
  expect(parseWav(bytes, 'f')).toMatchObject({ rate: 44100, channels: 2 })
  expect(parseWav(bytes, 'f').samples).toEqual(parseAudio(good, 'f').samples)
})

test('what follows the length that the file says is not read', () => {
  expect(parseWav(Buffer.concat([good, words]), 'f')).toEqual(parseWav(good, 'f'))
})

test('bytes at an odd offset of a larger buffer are read alike', () => {
  const shifted = Buffer.concat([Buffer.of(0), good]).subarray(1)
  expect(parseWav(shifted, 'f')).toEqual(parseWav(good, 'f'))
})

const withSize = (offset: number, size: number): Buffer => {
  const bytes = Buffer.from(good)
  bytes.writeUInt32LE(size, offset)
  return bytes
}
const nan = Buffer.from('0000803f0000c07f', 'hex')
const foreign = Buffer.from(extensibleChunk(pcm16))
foreign.writeUInt8(7, 8 + 30)

const damage: readonly [string, Buffer, string][] = [
  ['a file cut short', good.subarray(0, -1), 'f: offset 4: RIFF of 44 bytes, found 43'],
  [
    'a chunk beyond the file',
    withSize(40, 4e9),
    'f: offset 36: chunk "data" of 4000000000 bytes, found 8',
  ],
  ['no format', riff(), 'f: offset 12: no chunk "fmt "'],
  ['no data', riff(formatChunk(pcm16)), 'f: offset 12: no chunk "data"'],
  [
    'data before the format',
    riff(chunk('data', words), formatChunk(pcm16)),
    'f: offset 12: chunk "data" before the chunk "fmt "',
  ],
  [
    'a short format',
    riff(chunk('fmt ', Buffer.alloc(14)), chunk('data', words)),
    'f: offset 20: format chunk of 14 bytes, expected 16 or more',
  ],
  [
    'a short extensible format',
    wav({ tag: 0xfffe, bits: 16 }, words),
    'f: offset 20: extensible format chunk of 16 bytes, expected 40',
  ],
  [
    'a foreign identifier',
    riff(foreign, chunk('data', words)),
    'f: offset 46: format identifier ending in 0000000007',
  ],
  [
    '12 bits',
    wav({ tag: 1, bits: 12 }, words),
    'f: offset 20: format 1 of 12 bits, expected PCM (1) of 8, 16, 24 or 32',
  ],
  ['µ-law', wav({ tag: 7, bits: 8 }, words), 'f: offset 20: format 7 of 8 bits, expected PCM'],
  ['no channels', wav({ ...pcm16, channels: 0 }, words), 'f: offset 22: 0 channels, expected 1'],
  ['rate 0', wav({ ...pcm16, rate: 0 }, words), 'f: offset 24: rate 0, expected 1 or more'],
  [
    'a block of another size',
    wav({ ...pcm16, block: 4 }, words),
    'f: offset 32: blocks of 4 bytes, expected 1 × 2',
  ],
  [
    'half a sample',
    wav(pcm16, words.subarray(1)),
    'f: offset 44: 7 bytes of data are no whole blocks of 2',
  ],
  [
    'a sample that is no number',
    wav({ tag: 3, bits: 32 }, nan),
    'f: offset 48: sample NaN, expected a finite',
  ],
]

for (const [what, bytes, message] of damage) {
  test(`${what} is refused with place, found and expected`, () => {
    expect(() => parseWav(bytes, 'f')).toThrow(message)
  })
}

test(
  'damaged files are read or refused',
  async () => {
    const corpus = [
      good,
      wav({ tag: 1, bits: 8, channels: 2 }, words),
      riff(extensibleChunk({ tag: 3, bits: 32 }), chunk('LIST', words), chunk('data', words)),
    ]
    const { accepted, refused } = await survive(corpus, (bytes) => parseAudio(bytes, 'f'))
    expect(Math.min(accepted, refused)).toBeGreaterThan(0)
  },
  LIMIT,
)
