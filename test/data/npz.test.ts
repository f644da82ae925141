import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { readNpz } from '../../ts/data/npz.js'
import { FeedalignError } from '../../ts/errors.js'
import { temporaryFolder } from '../folders.js'
import { LIMIT, survive } from './damage.js'
import { dictionary, npyFile } from './npy.js'
import { zipFile } from './zip.js'

const x = npyFile(dictionary('|u1', '(2, 3)'), Uint8Array.of(1, 2, 3, 4, 5, 6))
const y = npyFile(dictionary('<i4', '(2,)'), new Uint8Array(Int32Array.of(1, 0).buffer))
const files = { 'x.npy': x, 'y.npy': y }

const read = (bytes: Buffer, choose?: Parameters<typeof readNpz>[1]) => readNpz('f', choose, bytes)

test('arrays are read by name, stored or deflated, with sizes of 32 or 64 bits', async () => {
  for (const deflate of [false, true]) {
    for (const zip64 of [false, true]) {
      const arrays = await read(zipFile(files, { deflate, zip64 }))
      expect([...arrays]).toEqual([
        ['x', { shape: [2, 3], data: Uint8Array.of(1, 2, 3, 4, 5, 6) }],
        ['y', { shape: [2], data: Int32Array.of(1, 0) }],
      ])
    }
  }
})

test('arrays that nobody wants are not read, however damaged', async () => {
  const bytes = zipFile({ ...files, 'z.npy': Buffer.from('no array') })
  expect([...(await read(bytes, () => ['y'])).keys()]).toEqual(['y'])
  await expect(read(bytes)).rejects.toThrow('f: z.npy: offset 0: 0x6e6f20617272 is not the start')
})

test('a file on the disk is read, and let go', async () => {
  const file = join(temporaryFolder(), 'a.npz')
  writeFileSync(file, zipFile(files, { deflate: true }))
  expect((await readNpz(file)).size).toBe(2)
  await expect(readNpz(`${file}x`)).rejects.toThrow(`${file}x: no such file or directory (ENOENT)`)
})

const whole = zipFile(files)
const changed = (change: (bytes: Buffer) => void, bytes = whole): Buffer => {
  const copy = Buffer.from(bytes)
  change(copy)
  return copy
}
const table = whole.indexOf('PK\x01\x02')
const zeros = npyFile(dictionary('|u1', '(100000,)'), new Uint8Array(100_000))

const wrong: readonly [string, Buffer, string][] = [
  ['nothing', Buffer.alloc(0), 'f: End of central directory record signature not found'],
  ['a .npy', x, 'f: End of central directory record signature not found'],
  ['half a zip', whole.subarray(0, 200), 'f: End of central directory record signature not found'],
  ['a zip and more', Buffer.concat([whole, Buffer.of(0)]), 'f: Invalid comment length'],
  ['what is no array', zipFile({ 'a.txt': x }), 'f: holds a.txt, expected .npy files only'],
  ['a path that escapes', zipFile({ '../x.npy': x }), 'f: invalid relative path: ../x.npy'],
  [
    'an array twice',
    changed((bytes) => bytes.write('x.npy', whole.lastIndexOf('y.npy'))),
    'f: holds x.npy twice',
  ],
  [
    'a damaged array',
    changed((bytes) => bytes.write('?', whole.indexOf('descr') - 60 + 130)),
    'f: x.npy: damaged: checksum 0x',
  ],
  [
    'a damaged packed array',
    changed((bytes) => bytes.fill(0xff, 60, 80), zipFile(files, { deflate: true })),
    'f: x.npy: invalid',
  ],
  [
    'an array packed otherwise',
    changed((bytes) => bytes.writeUInt16LE(14, table + 10)),
    'f: x.npy: unsupported compression method: 14',
  ],
  [
    'an encrypted array',
    changed((bytes) => bytes.writeUInt16LE(1, table + 8)),
    'f: compressed/uncompressed size mismatch for stored file',
  ],
  [
    'an array beyond the file',
    changed((bytes) => bytes.writeUInt32LE(2 ** 31, table + 42)),
    'f: x.npy: unexpected EOF',
  ],
  [
    'more than deflate can make of so little',
    zipFile({ 'x.npy': zeros }, { deflate: true, says: 2 ** 31 }),
    'f: x.npy: its header says 2147483648 bytes, more than the ',
  ],
  [
    'more than it says',
    zipFile({ 'x.npy': zeros }, { deflate: true, says: 1000 }),
    'f: x.npy: too many bytes in the stream. expected 1000',
  ],
  [
    'less than it says',
    zipFile({ 'x.npy': zeros }, { deflate: true, says: 110_000 }),
    'f: x.npy: not enough bytes in the stream. expected 110000',
  ],
]

for (const [what, bytes, message] of wrong) {
  test(`${what} is refused with file and place`, async () => {
    const error: unknown = await read(bytes).catch((caught: unknown) => caught)
    expect(error).toBeInstanceOf(FeedalignError)
    expect((error as Error).message).toContain(message)
  })
}

test('files that share their bytes to unpack to more are refused', async () => {
  const two = zipFile({ 'x.npy': zeros, 'y.npy': zeros }, { deflate: true })
  const start = two.indexOf('PK\x01\x02')
  const [second, cut] = [two.indexOf('PK\x01\x02', start + 4), two.indexOf('PK\x03\x04', 4)]
  // Without the second file's bytes; its entry points to the first one's.
  const bytes = Buffer.concat([two.subarray(0, cut), two.subarray(start)])
  bytes.writeUInt32LE(0, second - start + cut + 42)
  bytes.writeUInt32LE(cut, bytes.length - 6)
  await expect(read(bytes)).rejects.toThrow(/^f: files of \d+ bytes are said to lie in \d+$/)
})

test(
  'damaged files give arrays or an error of ours',
  async () => {
    const corpus = [
      whole,
      zipFile(files, { deflate: true }),
      zipFile({ 'x.npy': x }, { deflate: true, zip64: true }),
    ]
    const { accepted, refused } = await survive(corpus, (bytes) => read(bytes))
    expect(accepted).toBeGreaterThan(0)
    expect(refused).toBeGreaterThan(0)
  },
  LIMIT,
)
