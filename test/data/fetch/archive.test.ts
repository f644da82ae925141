import { mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { packTar, type TarEntry } from 'modern-tar'
import { describe, expect, test } from 'vitest'
import { fetchFiles } from '../../../ts/data/fetch/index.js'
import type { Manifest } from '../../../ts/data/manifest.js'
import { FeedalignError } from '../../../ts/errors.js'
import { temporaryFolder } from '../../folders.js'
import { zipFile } from '../zip.js'
import { known, manifestOf, noise, sends, serve } from './server.js'

const bytes = noise(100_000)

async function tarGz(...entries: TarEntry[]): Promise<Buffer> {
  return gzipSync(await packTar(entries))
}

const entry = (name: string, body: Buffer, type: 'file' | 'symlink' = 'file'): TarEntry => ({
  header: { name, size: type === 'file' ? body.length : 0, type, linkname: '/etc/passwd' },
  ...(type === 'file' ? { body } : {}),
})

/** A manifest of one file that stands in an archive which a server of its own has. */
async function archived(name: string, archive: Uint8Array, size = bytes.length): Promise<Manifest> {
  const { url } = await serve({ '/it': sends(archive) })
  const { files, ...held } = manifestOf([], { bytes: size })
  const member = { archive: name, path: 'set/data.bin' }
  const packed = known(archive)
  const archives = [{ name, origins: [`${url}/it`], packed }]
  return { ...held, files: files.map((file) => ({ ...file, member })), archives }
}

const right = {
  'all.tar.gz': () =>
    tarGz(
      { header: { name: 'set/', size: 0, type: 'directory' } },
      entry('set/no', noise(9)),
      entry('set/data.bin', bytes),
    ),
  'all.zip': () => Promise.resolve(zipFile({ 'set/no': noise(9), 'set/data.bin': bytes })),
}

for (const [name, make] of Object.entries(right)) {
  test(`of ${name} the files that are named are kept, the rest and the archive are not`, async () => {
    const folder = temporaryFolder()
    await fetchFiles(await archived(name, await make()), folder)
    expect(readdirSync(folder)).toEqual(['data.bin'])
    expect(readFileSync(join(folder, 'data.bin')).equals(bytes)).toBe(true)
  })
}

describe('an archive is refused, and no file stands under its name,', () => {
  const cases: [string, string, () => Promise<Buffer>, RegExp][] = [
    [
      'that has the file under a path that leads out',
      'all.tar.gz',
      () => tarGz(entry('../set/data.bin', bytes), entry('/set/data.bin', bytes)),
      /all\.tar\.gz: has no set\/data\.bin/,
    ],
    [
      'that has a link in its place',
      'all.tar.gz',
      () => tarGz(entry('set/data.bin', bytes, 'symlink')),
      /all\.tar\.gz: has no set\/data\.bin/,
    ],
    [
      'that has more of it',
      'all.tar.gz',
      () => tarGz(entry('set/data.bin', noise(100_001))),
      /data\.bin: more than 100000 bytes in its archive/,
    ],
    [
      'that has less of it',
      'all.zip',
      () => Promise.resolve(zipFile({ 'set/data.bin': noise(99_999) })),
      /data\.bin: in its archive 99999 bytes, expected 100000 bytes/,
    ],
    [
      'that is cut short',
      'all.tar.gz',
      async () => (await right['all.tar.gz']()).subarray(0, 50_000),
      /all\.tar\.gz: damaged \(unexpected end of file/,
    ],
    ['that is none', 'all.zip', () => Promise.resolve(noise(5000)), /all\.zip: /],
  ]
  test.each(cases)('%s', async (_, name, make, message) => {
    const root = temporaryFolder()
    const folder = join(root, 'a', 'b')
    mkdirSync(folder, { recursive: true })
    const held = await archived(name, await make())
    const error: unknown = await fetchFiles(held, folder).catch((caught: unknown) => caught)
    expect(error).toBeInstanceOf(FeedalignError)
    expect((error as Error).message).toMatch(message)
    expect(readdirSync(folder)).not.toContain('data.bin')
    expect([readdirSync(root), readdirSync(join(root, 'a'))]).toEqual([['a'], ['b']])
  })
})
