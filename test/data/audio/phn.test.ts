import { expect, test } from 'vitest'
import { parsePhn } from '../../../ts/data/audio/phn.js'
import { LIMIT, survive } from '../damage.js'

const good = Buffer.from('0 8529 h#\n8529 8946 n\n8946 11094 ax-h\n')

test('segments come back in order, whatever ends the lines', () => {
  const segments = [
    { begin: 0, end: 8529, label: 'h#' },
    { begin: 8529, end: 8946, label: 'n' },
    { begin: 8946, end: 11094, label: 'ax-h' },
  ]
  expect(parsePhn(good, 'f')).toEqual(segments)
  const windows = Buffer.from(good.toString().trimEnd().replaceAll('\n', '\r\n'))
  expect(parsePhn(windows, 'f')).toEqual(segments)
})

const damage: readonly [string, string, string][] = [
  ['an empty file', '', 'f: no segments'],
  ['a line without a label', '0 10 a\n10 20\n', 'f: line 2: "10 20", expected "begin end label"'],
  ['a number that is none', '0 1e3 a\n', 'f: line 1: "0 1e3 a", expected "begin end label"'],
  ['a blank line within', '0 10 a\n\n10 20 b\n', 'f: line 2: "", expected "begin end label"'],
  [
    'a segment out of order',
    '9 10 a\n8 20 b\n',
    'f: line 2: begins at 8, before the segment before it, at 9',
  ],
  ['a segment of no length', '0 0 a\n', 'f: line 1: ends at 0, not after its begin, 0'],
]

for (const [what, text, message] of damage) {
  test(`${what} is refused with its line`, () => {
    expect(() => parsePhn(Buffer.from(text), 'f')).toThrow(message)
  })
}

test(
  'damaged files are read or refused',
  async () => {
    const { accepted, refused } = await survive([good], (bytes) => parsePhn(bytes, 'f'))
    expect(Math.min(accepted, refused)).toBeGreaterThan(0)
  },
  LIMIT,
)
