import { expect, test } from 'vitest'
import { parseAudio } from '../../../ts/data/audio/audio.js'
import { parseSphere } from '../../../ts/data/audio/sphere.js'
import { LIMIT, survive } from '../damage.js'
import { fieldsOf, sphereFile } from './made.js'

type Changes = Parameters<typeof fieldsOf>[0]

const words = Buffer.from('0100ff7f0080ffff', 'hex')
const made = (changes: Changes = {}, data: Uint8Array = words): Buffer =>
  sphereFile(fieldsOf(changes), data)

const eight: Changes = { sample_n_bytes: '-i 1', sample_byte_format: '-s1 1' }

test('16-bit samples are read in the byte order that the header names', () => {
  const expected = Float32Array.of(1, 32767, -32768, -1).map((value) => value / 32768)
  expect(parseSphere(made(), 'f')).toEqual({ rate: 16000, channels: 1, samples: expected })
  const swapped = Buffer.from(words).swap16()
  expect(parseSphere(made({ sample_byte_format: '-s2 10' }, swapped), 'f').samples).toEqual(
    expected,
  )
})

test('8-bit samples are signed, and those of µ-law follow G.711', () => {
  const bytes = Uint8Array.of(0, 127, 128, 255)
  const linear = Float32Array.of(0, 127 / 128, -1, -1 / 128)
  expect(parseSphere(made(eight, bytes), 'f').samples).toEqual(linear)
  const muLaw = { ...eight, sample_coding: '-s4 ulaw' }
  expect([...parseSphere(made(muLaw, bytes), 'f').samples].map((x) => x * 32768)).toEqual([
    -32124, 0, 32124, 0,
  ])
})

test('channels lie side by side, and comments, blank lines and other fields are passed over', () => {
  const fields = ['; a comment', '', 'speaker -s4 a b ', ...fieldsOf({ channel_count: '-i 2' })]
  const two = fields.map((field) => field.replace('count -i 4', 'count -i 2'))
  expect(parseSphere(sphereFile(two, words), 'f')).toMatchObject({ channels: 2 })
})

test('a header without channels or coding is of one channel of pcm', () => {
  const bare = made({ channel_count: undefined, sample_coding: undefined })
  expect(parseSphere(bare, 'f')).toEqual(parseSphere(made(), 'f'))
})

test('what a file is, its bytes tell', () => {
  expect(parseAudio(made(), 'speech.wav').samples).toHaveLength(4)
  expect(() => parseAudio(Buffer.from('fLaC'), 'x.wav')).toThrow(
    'x.wav: offset 0: "fLaC" starts neither a RIFF WAV nor a NIST SPHERE file',
  )
})

const sized = (text: string): Buffer => {
  const bytes = made()
  bytes.write(text, 8, 'latin1')
  return bytes
}

const packed =
  'f: offset 139: samples are packed by shorten, which is not read; unpack the file with'

const damage: readonly [string, Buffer, string][] = [
  ['a size that is no number', sized('  10x4\n'), 'offset 8: "  10x4\\n'],
  ['a size beyond the file', sized('   9999\n'), "expected a header's size up to the file's 1032"],
  ['a header cut short', made().subarray(0, 200), "up to the file's 200 bytes"],
  [
    'samples cut short',
    made().subarray(0, -1),
    'sample_count 4 × 1 of 2 bytes need 8 bytes, found 7',
  ],
  ['bytes after the samples', Buffer.concat([made(), words]), 'need 8 bytes, found 16'],
  [
    'no end_head',
    Buffer.from(made().toString('latin1').replace('end_head', '        '), 'latin1'),
    'offset 16: the header has no end_head',
  ],
  [
    'a line that is no field',
    sphereFile(['what is this'], words),
    'f: offset 16: "what is this", expected a field like "sample_rate -i 16000"',
  ],
  [
    'no sample_count',
    made({ sample_count: undefined }),
    'f: offset 16: the header has no sample_count',
  ],
  [
    'a count that no file holds',
    made({ sample_count: '-i 4000000000' }),
    'sample_count 4000000000 × 1 of 2 bytes need 8000000000 bytes, found 8',
  ],
  [
    'a negative count',
    made({ sample_count: '-i -4' }),
    'f: offset 51: sample_count "-4", expected a whole number from 0',
  ],
  [
    'no channels',
    made({ channel_count: '-i 0' }),
    'channel_count "0", expected a whole number from 1',
  ],
  ['rate 0', made({ sample_rate: '-i 0' }), 'sample_rate "0", expected a whole number from 1'],
  [
    'an unknown byte order',
    made({ sample_byte_format: '-s2 11' }),
    'sample_byte_format "11", expected 01 (little-endian) or 10',
  ],
  [
    'no byte order',
    made({ sample_byte_format: undefined }),
    'sample_byte_format none, expected 01',
  ],
  ['24 bits', made({ sample_n_bytes: '-i 3' }), 'sample_n_bytes "3", expected 1 or 2'],
  ['16-bit µ-law', made({ sample_coding: '-s4 ulaw' }), 'sample_n_bytes "2", expected 1 for µ-law'],
  ['a-law', made({ sample_coding: '-s4 alaw' }), 'sample_coding "alaw", expected pcm or ulaw'],
  ['shorten in the header', made({ sample_coding: '-s26 pcm,embedded-shorten-v2.00' }), packed],
  [
    'shorten in the data',
    made({}, Buffer.from('ajkg0000')),
    'samples are packed by shorten, which is not read; unpack the file with `sph2pipe -p -f sph',
  ],
  [
    'wavpack',
    made({ sample_coding: '-s20 pcm,embedded-wavpack' }),
    'samples are packed by wavpack',
  ],
]

for (const [what, bytes, message] of damage) {
  test(`${what} is refused with place, found and expected`, () => {
    expect(() => parseSphere(bytes, 'f')).toThrow(message)
  })
}

test(
  'damaged files are read or refused',
  async () => {
    const corpus = [
      made(),
      made(eight, Uint8Array.of(1, 2, 3, 4)),
      made({ channel_count: undefined }),
    ]
    const { accepted, refused } = await survive(corpus, (bytes) => parseSphere(bytes, 'f'))
    expect(Math.min(accepted, refused)).toBeGreaterThan(0)
  },
  LIMIT,
)
