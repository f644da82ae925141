import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readPlainOrGz } from '../../ts/data/files.js'
import { idxSize, parseIdx, type IdxArray } from '../../ts/data/idx.js'
import { FeedalignError } from '../../ts/errors.js'
import { temporaryFolder } from '../folders.js'
import { LIMIT, survive } from './damage.js'
import { idxFile } from './idx.js'

const runs = { numRuns: process.env['FEEDALIGN_LONG'] === undefined ? 300 : 10_000 }

const pixels = Uint8Array.from({ length: 5 * 28 * 28 }, (_, i) => (i * i) % 251)
const plain = idxFile([5, 28, 28], pixels)
const packed = gzipSync(plain)

const path = (): string => join(temporaryFolder(), 'images.gz')

/** The array that a file of these bytes holds. */
async function read(file: string, bytes: Uint8Array): Promise<IdxArray> {
  writeFileSync(file, bytes)
  return parseIdx(await readPlainOrGz(file, idxSize), file)
}

/** The same, or the one-line error that names the file; anything else is thrown on. */
async function attempt(file: string, bytes: Uint8Array): Promise<IdxArray | FeedalignError> {
  try {
    return await read(file, bytes)
  } catch (error) {
    if (!(error instanceof FeedalignError)) throw error
    expect(error.message).toContain(file)
    expect(error.message).not.toContain('\n')
    return error
  }
}

/** The error's message. */
const text = (result: IdxArray | FeedalignError): string =>
  result instanceof FeedalignError ? result.message : `an array of ${result.data.length}`

test('a file is the same plain, packed, packed in pieces, or padded with zeros', async () => {
  const file = path()
  const pieces = [plain.subarray(0, 3), plain.subarray(3, 2000), plain.subarray(2000)]
  const variants = [
    plain,
    packed,
    Buffer.concat(pieces.map((piece) => gzipSync(piece))),
    Buffer.concat([packed, Buffer.alloc(512)]),
    gzipSync(plain, { level: 0 }),
  ]
  for (const bytes of variants) {
    expect(await read(file, bytes)).toEqual({ shape: [5, 28, 28], data: pixels })
  }
})

describe('damage of a packed file is an error that names it', () => {
  test('where it is cut short, anywhere', async () => {
    const file = path()
    for (let end = 0; end < packed.length; end += end < 40 || end > packed.length - 40 ? 1 : 17) {
      expect(await attempt(file, packed.subarray(0, end))).toBeInstanceOf(FeedalignError)
    }
  })

  test('where bytes differ, unless they hold no data', async () => {
    const file = path()
    const at = fc.nat(packed.length - 1)
    await fc.assert(
      fc.asyncProperty(at, fc.integer({ min: 1, max: 255 }), async (place, mask) => {
        const bytes = Uint8Array.from(packed)
        bytes[place] = (bytes[place] ?? 0) ^ mask
        const result = await attempt(file, bytes)
        // Such as the time, the system's name, and the bits that fill up the last byte.
        if (result instanceof FeedalignError) return
        expect(result).toEqual({ shape: [5, 28, 28], data: pixels })
      }),
      runs,
    )
  })

  for (const [what, rest] of [
    ['text', Buffer.from('hello')],
    ['one byte', Buffer.of(1)],
    ['a piece of a member', packed.subarray(0, 200)],
    ['a byte after zeros', Buffer.of(0, 0, 7)],
  ] as const) {
    test(`where ${what} follows it`, async () => {
      const result = await attempt(path(), Buffer.concat([packed, rest]))
      expect(result).toBeInstanceOf(FeedalignError)
      expect(text(result)).toMatch(/: (damaged gzip|unpacks to more than)/)
    })
  }

  test('where a second array follows', async () => {
    const result = await attempt(path(), gzipSync(Buffer.concat([plain, Buffer.of(1)])))
    expect(text(result)).toContain(`unpacks to more than the ${plain.length} bytes`)
  })

  test('where it unpacks to less than its header says', async () => {
    const result = await attempt(path(), gzipSync(plain.subarray(0, -1)))
    expect(text(result)).toContain('sizes 5 × 28 × 28 need 3920 bytes, found 3919')
  })
})

test(
  'damaged files give an array or an error of ours, in memory for what they hold',
  async () => {
    const file = path()
    const some = idxFile([3, 4, 4], pixels.subarray(0, 48))
    const corpus = [gzipSync(some), gzipSync(some, { level: 0 })]
    const { accepted, refused } = await survive(corpus, (bytes) => read(file, bytes))
    expect(accepted).toBeGreaterThan(0)
    expect(refused).toBeGreaterThan(100)
  },
  LIMIT,
)

test('random bytes after a gzip header are an error', async () => {
  const file = path()
  const start = packed.subarray(0, 10)
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), async (bytes) => {
      expect(await attempt(file, Buffer.concat([start, bytes]))).toBeInstanceOf(FeedalignError)
    }),
    runs,
  )
})

describe('a small file that unpacks to gigabytes is refused at no cost', () => {
  const header = (shape: readonly number[]): Buffer => Buffer.from(idxFile(shape, new Uint8Array()))
  // 300 MB of zeros; three members of it are close to a gigabyte.
  const zeros = gzipSync(Buffer.alloc(300 * 2 ** 20))
  const bomb = (shape: readonly number[]): Uint8Array =>
    Buffer.concat([gzipSync(header(shape)), zeros, zeros, zeros])

  for (const [what, shape, message] of [
    [
      'holds more than its header says',
      [60_000, 28, 28],
      /unpacks to more than the 47040016 bytes/,
    ],
    [
      'says that it holds more than so few bytes can',
      [2 ** 20, 40, 40],
      /says 1677721616 bytes, more than \d+ can unpack to/,
    ],
    ['says what no memory holds', [2 ** 31, 2 ** 31, 2 ** 31], /are more than any file holds/],
  ] as const) {
    test(`where it ${what}`, async () => {
      const bytes = bomb(shape)
      expect(bytes.length).toBeLessThan(2 ** 20)
      const before = process.memoryUsage().rss
      expect(text(await attempt(path(), bytes))).toMatch(message)
      expect(process.memoryUsage().rss - before).toBeLessThan(150e6)
    })
  }
})

test('what is no file, or too large to be one of ours, is named with the reason', async () => {
  const folder = temporaryFolder()
  const within = join(folder, 'folder.gz')
  mkdirSync(within)
  await expect(readPlainOrGz(within, idxSize)).rejects.toThrow(`${within}: illegal operation on`)
  const missing = join(folder, 'missing.gz')
  await expect(readPlainOrGz(missing, idxSize)).rejects.toThrow(
    `${missing}: no such file or directory (ENOENT)`,
  )
})
