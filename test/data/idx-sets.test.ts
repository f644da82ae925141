import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { manifest } from '../../ts/data/manifest.js'
import { datasets } from '../../ts/data/sets/index.js'
import { temporaryFolder } from '../folders.js'
import { idxFile } from './idx.js'

/** Writes two examples to train on and one to test, of 2 × 3 pixels. */
function write(folder: string, prefix: string, test: string, labels: readonly number[]): void {
  const pixels = Uint8Array.from({ length: 12 }, (_, i) => i)
  const files = {
    [`${prefix}train-images-idx3-ubyte`]: idxFile([2, 2, 3], pixels),
    [`${prefix}train-labels-idx1-ubyte`]: idxFile([2], Uint8Array.from(labels)),
    [`${prefix}${test}-images-idx3-ubyte`]: idxFile([1, 2, 3], pixels.subarray(0, 6)),
    [`${prefix}${test}-labels-idx1-ubyte`]: idxFile([1], Uint8Array.from(labels.slice(0, 1))),
  }
  mkdirSync(folder, { recursive: true })
  for (const [name, bytes] of Object.entries(files)) {
    writeFileSync(join(folder, `${name}.gz`), gzipSync(bytes))
  }
}

describe('Fashion-MNIST', () => {
  test('is read as MNIST is, and told from it by its folder', async () => {
    const root = temporaryFolder()
    write(join(root, 'mnist'), '', 't10k', [1, 2])
    await expect(datasets.fashionMnist({ dir: root })).rejects.toThrow('no Fashion-MNIST in')
    await expect(datasets.fashionMnist({ dir: join(root, 'mnist') })).rejects.toThrow(
      'no Fashion-MNIST in',
    )
    write(join(root, 'fashion-mnist'), '', 't10k', [3, 4])
    for (const dir of [root, join(root, 'fashion-mnist')]) {
      const { name, train, about } = await datasets.fashionMnist({ dir })
      expect(name).toBe('fashion-mnist')
      expect(train.targets).toMatchObject({ labels: Uint32Array.of(3, 4), classes: 10 })
      expect(about).toMatchObject({ classNames: expect.arrayContaining(['Ankle boot']) as unknown })
    }
    expect((await datasets.mnist({ dir: root })).train.targets).toMatchObject({
      labels: Uint32Array.of(1, 2),
    })
  })
})

describe('EMNIST', () => {
  test('stands upright: its files hold images column by column', async () => {
    const dir = temporaryFolder()
    write(dir, 'emnist-balanced-', 'test', [46, 0])
    const { train, about } = await datasets.emnist({ dir })
    expect(train.shape).toEqual([2, 3])
    expect([...train.inputs]).toEqual([0, 2, 4, 1, 3, 5, 6, 8, 10, 7, 9, 11])
    expect(train.targets).toMatchObject({ labels: Uint32Array.of(46, 0), classes: 47 })
    expect(about).toEqual({ split: 'balanced' })
  })

  test('letters are numbered from 1 in its files, from 0 in ours', async () => {
    const dir = temporaryFolder()
    write(dir, 'emnist-letters-', 'test', [1, 26])
    const { train } = await datasets.emnist({ dir, split: 'letters' })
    expect(train.targets).toMatchObject({ labels: Uint32Array.of(0, 25), classes: 26 })
    write(dir, 'emnist-letters-', 'test', [1, 0])
    await expect(datasets.emnist({ dir, split: 'letters' })).rejects.toThrow(
      /emnist-letters-train-labels-idx1-ubyte.gz: offset 9: label 0, expected 1 to 26/,
    )
  })

  test('each split has its classes, and is an error of its own where it is missing', async () => {
    const dir = temporaryFolder()
    const classes = { balanced: 47, digits: 10, letters: 26, mnist: 10, byclass: 62, bymerge: 47 }
    for (const [name, count] of Object.entries(classes)) {
      const split = name as keyof typeof classes
      await expect(datasets.emnist({ dir, split })).rejects.toThrow(`emnist-${split}-train-images`)
      write(dir, `emnist-${split}-`, 'test', [1, count - 1])
      expect((await datasets.emnist({ dir, split })).train.targets).toMatchObject({
        classes: count,
      })
    }
    const split = 'capitals' as 'digits'
    await expect(datasets.emnist({ dir, split })).rejects.toThrow(
      'split: "capitals" is none of balanced, digits, letters, mnist, byclass, bymerge',
    )
  })

  test('its manifest tells of four files a split', () => {
    expect(manifest('emnist').files).toHaveLength(24)
  })
})
