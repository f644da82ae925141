import { copyFileSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { findFile, manifest } from '../../ts/data/manifest.js'
import { dataSources } from '../../ts/data/sets/index.js'
import { verify } from '../../ts/data/verify.js'
import { temporaryFolder } from '../folders.js'

const data = process.env['FEEDALIGN_DATA']
const mnist = manifest('mnist')

test('every data set has a manifest, and what it says of each file is complete', () => {
  for (const { name, title, terms } of dataSources) {
    const held = manifest(name)
    expect(held).toMatchObject({ name, title, terms })
    expect(held.publisher).not.toBe('')
    for (const { origins, packed, unpacked } of held.files) {
      expect(new Set(origins.map((url) => new URL(url).host)).size).toBe(origins.length)
      expect(packed ?? unpacked).toBeDefined()
    }
    const gettable = [...held.archives, ...held.files].some(({ origins }) => origins.length > 0)
    expect(gettable).toBe(held.byHand === undefined)
  }
})

test('the digits of the package are those of their manifest', async () => {
  expect((await verify('digits')).map(({ status }) => status)).toEqual(['ok'])
})

test('an unknown set, and a folder without the files, are errors', async () => {
  await expect(verify('mnits')).rejects.toThrow(/unknown data set "mnits"; did you mean "mnist"/)
  await expect(verify('mnist', '/nowhere')).rejects.toThrow('no files of mnist in /nowhere')
})

test('files that are not the published ones differ, those that lack are missing', async () => {
  const folder = temporaryFolder()
  const [images, labels] = mnist.files.map(({ name }) => join(folder, name))
  writeFileSync(images ?? '', gzipSync('no images'))
  writeFileSync(labels ?? '', 'no labels')
  const found = await verify('mnist', folder)
  expect(found.map(({ status }) => status)).toEqual(['differs', 'differs', 'missing', 'missing'])
  expect(found[0]?.detail).toMatch(/^unpacked 9 bytes of MD5 .*, expected 47040016 bytes of MD5/)
  expect(found[2]?.file).toBe(join(folder, 't10k-images-idx3-ubyte.gz'))
})

describe('a sample', () => {
  const sample = (sums?: string): string => {
    const folder = join(temporaryFolder(), 'svhn-sample')
    mkdirSync(folder)
    writeFileSync(join(folder, 'train_32x32.mat'), 'abc')
    if (sums !== undefined) writeFileSync(join(folder, 'SHA256SUMS'), sums)
    return folder
  }
  const ofAbc = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'

  test('is compared with the SHA256SUMS beside it', async () => {
    const lines = [`${ofAbc}  ./train_32x32.mat`, `${ofAbc} *SHA256SUMS`, `${ofAbc}  gone`]
    const found = await verify('svhn', sample(`${lines.join('\n')}\n`))
    expect(found.map(({ status }) => status)).toEqual(['ok', 'differs', 'missing'])
    expect(found[1]?.detail).toMatch(new RegExp(`^SHA-256 .*, expected SHA-256 ${ofAbc}$`))
  })

  test('without one is neither right nor wrong', async () => {
    const [found, ...rest] = await verify('svhn', sample())
    expect(found).toMatchObject({ status: 'unknown' })
    expect(found?.detail).toMatch(/^a sample of the set, of which no checksums are known/)
    expect(rest).toEqual([])
  })

  test('whose SHA256SUMS leads out of its folder, or is none, is refused', async () => {
    for (const path of ['../other', '/etc/passwd', 'a/../../b']) {
      await expect(verify('svhn', sample(`${ofAbc}  ${path}`))).rejects.toThrow('is outside of the')
    }
    await expect(verify('svhn', sample('abc  a'))).rejects.toThrow(/not a checksum and a file: abc/)
  })
})

describe.skipIf(data === undefined)('the real MNIST', () => {
  const folder = join(data ?? '', 'mnist')
  const wholly = ['ok', 'ok', 'ok', 'ok']

  test('is as its authors published it', async () => {
    expect((await verify('mnist', folder)).map(({ status }) => status)).toEqual(wholly)
    expect((await verify('mnist', data)).map(({ status }) => status)).toEqual(wholly)
  })

  test('is as well when unpacked, packed anew, or named with a dot', async () => {
    const copy = temporaryFolder()
    const changes: readonly ((bytes: Buffer) => Uint8Array)[] = [
      gunzipSync,
      (bytes) => bytes,
      (bytes) => gzipSync(gunzipSync(bytes), { level: 1 }),
      gunzipSync,
    ]
    mnist.files.forEach((file, i) => {
      const name = i === 0 || i === 3 ? file.name.replace('.gz', '') : file.name
      const bytes = changes[i]?.(readFileSync(findFile(folder, file) ?? '')) ?? ''
      writeFileSync(join(copy, name.replace('-idx', i > 1 ? '.idx' : '-idx')), bytes)
    })
    expect(readdirSync(copy)).toContain('t10k-labels.idx1-ubyte')
    expect((await verify('mnist', copy)).map(({ status }) => status)).toEqual(wholly)
  })

  test('differs where one byte of it does', async () => {
    const copy = temporaryFolder()
    for (const { name } of mnist.files) copyFileSync(join(folder, name), join(copy, name))
    const file = join(copy, mnist.files[3]?.name ?? '')
    const bytes = gunzipSync(readFileSync(file))
    bytes[100] = 11 - (bytes[100] ?? 0)
    writeFileSync(file, gzipSync(bytes))
    const found = await verify('mnist', copy)
    expect(found.map(({ status }) => status)).toEqual(['ok', 'ok', 'ok', 'differs'])
    expect(found[3]?.detail).toMatch(/unpacked 10008 bytes of MD5 .*, expected 10008 bytes/)
  })
})
