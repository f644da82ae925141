import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { gzipSync } from 'node:zlib'
import { packTar } from 'modern-tar'
import { describe, expect, test } from 'vitest'
import { parseCifar } from '../../ts/data/cifar.js'
import { datasets } from '../../ts/data/sets/index.js'
import { readTar } from '../../ts/data/tar.js'
import { FeedalignError } from '../../ts/errors.js'
import { temporaryFolder } from '../folders.js'
import { LIMIT, survive } from './damage.js'

const NAMES = [1, 2, 3, 4, 5].map((i) => `data_batch_${i}.bin`).concat('test_batch.bin')

/** A record whose pixel p is red p mod 251, green (2p) mod 253, blue (3p) mod 255. */
const record = (label: number): Uint8Array =>
  Uint8Array.from({ length: 3073 }, (_, at) => {
    if (at === 0) return label
    const [plane, pixel] = [Math.floor((at - 1) / 1024), (at - 1) % 1024]
    return ((plane + 1) * pixel) % (251 + 2 * plane)
  })

const batch = (...labels: number[]): Buffer => Buffer.concat(labels.map(record))

/** The set's files, two examples each, of labels that tell their places. */
const batches = new Map(NAMES.map((name, i) => [name, batch(i, 9 - i)]))

async function archive(files: ReadonlyMap<string, Buffer>): Promise<Buffer> {
  // As in the archive that is published: nobody wants these.
  const meta = ['batches.meta.txt', Buffer.from('airplane')] as const
  const readme = ['readme.html', Buffer.alloc(70_000)] as const
  const entries = [meta, ...files, readme].map(([name, data]) => ({
    header: { name: `cifar-10-batches-bin/${name}`, size: data.length, type: 'file' as const },
    data,
  }))
  const folder = { name: 'cifar-10-batches-bin/', size: 0, type: 'directory' as const }
  return gzipSync(await packTar([{ header: folder, data: undefined }, ...entries]))
}

test('colours of a pixel lie side by side, rows after each other', () => {
  const { inputs, labels } = parseCifar(batch(3, 7), 'f', true)
  expect(labels).toEqual(Uint8Array.of(3, 7))
  expect(inputs).toHaveLength(2 * 3072)
  const [row, column, image] = [5, 17, 1]
  const pixel = 32 * row + column
  const at = image * 3072 + 3 * pixel
  const expected = Uint8Array.of(pixel % 251, (2 * pixel) % 253, (3 * pixel) % 255)
  expect(inputs.subarray(at, at + 3)).toEqual(expected)
})

test('grey is luma to the nearest whole number', () => {
  const { inputs } = parseCifar(batch(3), 'f', false)
  const wanted = Array.from({ length: 1024 }, (_, pixel) => {
    const [r, g, b] = [pixel % 251, (2 * pixel) % 253, (3 * pixel) % 255]
    return 0.299 * r + 0.587 * g + 0.114 * b
  })
  expect(inputs).toHaveLength(1024)
  wanted.forEach((luma, pixel) => {
    expect(Math.abs((inputs[pixel] ?? 0) - luma)).toBeLessThanOrEqual(0.51)
  })
})

describe('the set is read', () => {
  const check = async (dir: string): Promise<void> => {
    const { train, test: tests, sample } = await datasets.cifar10({ dir })
    expect(sample).toBe(false)
    expect(train).toMatchObject({ count: 10, shape: [32, 32, 3] })
    const labels = Uint32Array.of(0, 9, 1, 8, 2, 7, 3, 6, 4, 5)
    expect(train.targets).toEqual({ kind: 'labels', labels, classes: 10 })
    expect(tests.targets).toMatchObject({ labels: Uint32Array.of(5, 4) })
    const grey = await datasets.cifar10({ dir, colour: false })
    expect(grey.train).toMatchObject({ count: 10, shape: [32, 32] })
    expect(grey.train.inputs).toHaveLength(10_240)
  }

  test('from its files, in their folder or the one that the archive unpacks to', async () => {
    for (const inner of ['', 'cifar-10-batches-bin']) {
      const dir = temporaryFolder()
      mkdirSync(join(dir, inner), { recursive: true })
      for (const [name, bytes] of batches) writeFileSync(join(dir, inner, name), bytes)
      await check(dir)
    }
  })

  test('from the archive as it is published', async () => {
    const dir = temporaryFolder()
    writeFileSync(join(dir, 'cifar-10-binary.tar.gz'), await archive(batches))
    await check(dir)
  })
})

describe('what is wrong is named with file and place', () => {
  const wrong: readonly [string, Uint8Array, string][] = [
    ['nothing', new Uint8Array(), 'f: 0 bytes, expected whole examples of 3073'],
    ['a byte less', batch(1, 2).subarray(1), 'f: 6145 bytes, expected whole examples of 3073'],
    ['a label of CIFAR-100', batch(1, 10), 'f: offset 3073: label 10, expected 0 to 9'],
  ]
  test.each(wrong)('%s', (_, bytes, message) => {
    expect(() => parseCifar(bytes, 'f', true)).toThrow(FeedalignError)
    expect(() => parseCifar(bytes, 'f', true)).toThrow(message)
  })

  const read = async (bytes: Uint8Array) => {
    const dir = temporaryFolder()
    const file = join(dir, 'cifar-10-binary.tar.gz')
    writeFileSync(file, bytes)
    const error: unknown = await datasets.cifar10({ dir }).catch((caught: unknown) => caught)
    expect(error).toBeInstanceOf(FeedalignError)
    return (error as Error).message.replace(dir, '')
  }

  test('an archive that lacks a file, is cut, or is none', async () => {
    const five = new Map([...batches].slice(0, 5))
    expect(await read(await archive(five))).toContain('/test_batch.bin: no such file')
    const whole = await archive(batches)
    expect(await read(whole.subarray(0, -100))).toBe(
      '/cifar-10-binary.tar.gz: unexpected end of file',
    )
    expect(await read(Buffer.from('no archive'))).toBe(
      '/cifar-10-binary.tar.gz: incorrect header check',
    )
    expect(await read(gzipSync('no tar, though packed'.repeat(100)))).toContain(
      '/cifar-10-binary.tar.gz: ',
    )
  })

  test('a file of an archive that is larger than any of the set', async () => {
    const large = new Map([['data_batch_1.bin', Buffer.alloc(30_730_001)]])
    expect(await read(await archive(large))).toBe(
      '/cifar-10-binary.tar.gz: cifar-10-batches-bin/data_batch_1.bin has 30730001 bytes, ' +
        'expected 30730000 at most',
    )
  })

  test('no files at all', async () => {
    const dir = temporaryFolder()
    await expect(datasets.cifar10({ dir })).rejects.toThrow(
      `no CIFAR-10 in ${dir}; it needs cifar-10-binary.tar.gz, or data_batch_1.bin`,
    )
  })
})

test(
  'damaged files and archives give examples or an error of ours',
  async () => {
    const records = await survive([batch(0), batch(1, 2)], (bytes) => parseCifar(bytes, 'f', false))
    expect(records.refused).toBeGreaterThan(0)
    const header = { name: 'a.bin', size: 3, type: 'file' as const }
    const tars = [await packTar([{ header, body: 'abc' }]), await packTar([])]
    const found = await survive(tars, async (bytes) => {
      const stream = Readable.from([bytes])
      await readTar(
        'f',
        stream,
        () => 100,
        () => undefined,
      )
    })
    expect(found.accepted).toBeGreaterThan(0)
    expect(found.refused).toBeGreaterThan(0)
  },
  2 * LIMIT,
)
