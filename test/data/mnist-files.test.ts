import { cpSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { datasets } from '../../ts/data/sets/index.js'
import { FeedalignError } from '../../ts/errors.js'
import { temporaryFolder } from '../folders.js'
import { idxFile } from './idx.js'

const IMAGES = 'train-images-idx3-ubyte'
const LABELS = 'train-labels-idx1-ubyte'

/** A folder with three examples to train on and two to test, of 2 × 2 pixels, with changes. */
function folder(changes: Readonly<Record<string, Uint8Array>> = {}): string {
  const made = temporaryFolder()
  const files = {
    [IMAGES]: idxFile(
      [3, 2, 2],
      Uint8Array.from({ length: 12 }, (_, i) => i),
    ),
    [LABELS]: idxFile([3], Uint8Array.of(7, 0, 9)),
    't10k-images-idx3-ubyte': idxFile([2, 2, 2], new Uint8Array(8)),
    't10k-labels-idx1-ubyte': idxFile([2], Uint8Array.of(1, 2)),
    ...changes,
  }
  for (const [name, bytes] of Object.entries(files)) {
    writeFileSync(join(made, `${name}.gz`), gzipSync(bytes))
  }
  return made
}

test('files in MNIST’s format are read, in their folder or one above', async () => {
  const dir = folder()
  const { train, test: tests } = await datasets.mnist({ dir })
  expect(train).toMatchObject({ count: 3, shape: [2, 2] })
  expect(train.targets).toEqual({ kind: 'labels', labels: Uint32Array.of(7, 0, 9), classes: 10 })
  expect(tests.count).toBe(2)
})

test('a folder NAME-sample is found under its parent, and is a sample', async () => {
  const dir = folder()
  const parent = temporaryFolder()
  cpSync(dir, join(parent, 'mnist-sample'), { recursive: true })
  expect(await datasets.mnist({ dir: parent })).toMatchObject({ name: 'mnist', sample: true })
  cpSync(dir, join(parent, 'mnist'), { recursive: true })
  expect(await datasets.mnist({ dir: parent })).toMatchObject({ name: 'mnist', sample: false })
})

describe('what does not fit is named with file, place, what is there and what should be', () => {
  const wrong: readonly [string, Record<string, Uint8Array>, string][] = [
    ['label 200', { [LABELS]: idxFile([3], Uint8Array.of(1, 200, 2)) }, 'offset 9: label 200'],
    ['a label less', { [LABELS]: idxFile([2], new Uint8Array(2)) }, '2 labels for the 3 images'],
    ['no examples', { [IMAGES]: idxFile([0, 2, 2], new Uint8Array(0)) }, 'for the 0 images'],
    [
      'images of no pixels',
      { [IMAGES]: idxFile([3, 0, 2], new Uint8Array(0)) },
      'expected bytes [n × h × w], found Uint8Array [3 × 0 × 2]',
    ],
    [
      'images of another rank',
      { [IMAGES]: idxFile([3], new Uint8Array(3)) },
      'expected bytes [n × h × w], found Uint8Array [3]',
    ],
    [
      'labels that are floats',
      { [LABELS]: Buffer.from([0, 0, 0x0d, 1, 0, 0, 0, 0]) },
      'expected bytes [n], found Float32Array [0]',
    ],
    ['a wrong magic', { [IMAGES]: Buffer.from('PNG, not IDX') }, 'offset 0: magic 0x504e472c'],
    [
      'a count beyond the file',
      { [IMAGES]: idxFile([9, 2, 2], new Uint8Array(12)) },
      'sizes 9 × 2 × 2 need 36 bytes, found 12',
    ],
  ]
  test.each(wrong)('%s', async (_, change, message) => {
    const dir = folder(change)
    const error: unknown = await datasets.mnist({ dir }).catch((caught: unknown) => caught)
    expect(error).toBeInstanceOf(FeedalignError)
    expect((error as Error).message).toContain(message)
    expect((error as Error).message).toContain(join(dir, Object.keys(change)[0] ?? ''))
  })

  test('a file that is missing', async () => {
    const dir = folder()
    rmSync(join(dir, `${LABELS}.gz`))
    await expect(datasets.mnist({ dir })).rejects.toThrow(`${join(dir, LABELS)}.gz: no such file`)
  })

  test('an empty folder', async () => {
    const dir = temporaryFolder()
    await expect(datasets.mnist({ dir })).rejects.toThrow(
      `no MNIST in ${dir}; it needs ${IMAGES}.gz, ${LABELS}.gz`,
    )
  })
})
