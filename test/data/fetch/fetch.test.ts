import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { fetchFiles, type FetchEvent, type FetchOptions } from '../../../ts/data/fetch/index.js'
import type { Manifest } from '../../../ts/data/manifest.js'
import { FeedalignError } from '../../../ts/errors.js'
import { nameOf, ownHolder } from '../../../ts/lock/holder.js'
import { Lock } from '../../../ts/lock/lock.js'
import { temporaryFolder } from '../../folders.js'
import { breaksOff, known, manifestOf, noise, sends, serve, type Answer } from './server.js'

const bytes = noise(200_000)

/** Fetches, and returns what was told. */
async function told(held: Manifest, folder: string, options: FetchOptions = {}) {
  const events: FetchEvent[] = []
  await fetchFiles(held, folder, { ...options, onEvent: (event) => events.push(event) })
  return events
}

/** Expects an error made for the user, and no file under its name; returns what it says. */
async function refused(held: Manifest, folder: string, options: FetchOptions = {}) {
  const error: unknown = await told(held, folder, options).catch((caught: unknown) => caught)
  expect(error).toBeInstanceOf(FeedalignError)
  expect(existsSync(join(folder, 'data.bin'))).toBe(false)
  return (error as Error).message
}

function expectRight(folder: string, right = bytes): void {
  expect(readFileSync(join(folder, 'data.bin')).equals(right)).toBe(true)
  expect(readdirSync(folder)).toEqual(['data.bin'])
}

describe('a file that is offered', () => {
  test('comes under its name, with nothing beside it, and is told of', async () => {
    const { url, asked } = await serve({ '/a': sends(bytes) })
    const folder = temporaryFolder()
    const events = await told(manifestOf([`${url}/a`], known(bytes)), folder)
    expectRight(folder)
    expect(asked).toEqual(['/a'])
    const { length } = bytes
    expect(events[0]).toEqual({ event: 'start', name: 'noise', folder, files: 1, bytes: length })
    expect(events[1]).toEqual({ event: 'origin', file: 'data.bin', origin: `${url}/a`, from: 0 })
    expect(events.at(-3)).toMatchObject({ event: 'progress', bytes: length, etaSeconds: 0 })
    expect(events.at(-2)).toEqual({ event: 'file', file: 'data.bin', bytes: length })
    expect(events.at(-1)).toMatchObject({ event: 'done', folder, bytes: length })
  })

  test('is asked for once: a right file is kept, one that differs is left to the user', async () => {
    const { url, asked } = await serve({ '/a': sends(bytes) })
    const folder = temporaryFolder()
    const held = manifestOf([`${url}/a`], known(bytes))
    await told(held, folder)
    expect(await told(held, folder)).toContainEqual({ event: 'present', file: 'data.bin' })
    expect(asked).toHaveLength(1)
    writeFileSync(join(folder, 'data.bin'), 'mine')
    await expect(told(held, folder)).rejects.toThrow(/data\.bin: 4 bytes of .*remove it to fetch/)
    expect(readFileSync(join(folder, 'data.bin'), 'utf8')).toBe('mine')
  })

  test('comes from the next origin where one has it no more, breaks, or has another', async () => {
    const { url } = await serve({
      '/other': sends(noise(200_000, 2)),
      '/short': sends(bytes.subarray(1)),
      '/busy': (_, response) => response.writeHead(503).end(),
      '/right': sends(bytes),
    })
    const dead = 'http://127.0.0.1:1/a'
    const paths = ['gone', 'other', 'short', 'busy', 'right'].map((path) => `${url}/${path}`)
    const folder = temporaryFolder()
    const events = await told(manifestOf([dead, ...paths], known(bytes)), folder)
    expectRight(folder)
    const reasons = new Map(
      events.flatMap((one) => (one.event === 'trouble' ? [[one.origin, one.reason]] : [])),
    )
    expect([...reasons.keys()]).toEqual([dead, ...paths.slice(0, 4)])
    expect(reasons.get(dead)).toMatch(/ECONNREFUSED/)
    expect(reasons.get(`${url}/gone`)).toBe('answers 404')
    expect(reasons.get(`${url}/other`)).toMatch(/^200000 bytes of MD5 .*, expected 200000 bytes of/)
    expect(reasons.get(`${url}/short`)).toBe('offers 199999 bytes, expected 200000')
    expect(reasons.get(`${url}/busy`)).toBe('answers 503')
  })

  test('comes from a mirror first, by its name', async () => {
    const { url, asked } = await serve({ '/own/data.bin': sends(bytes) })
    const folder = temporaryFolder()
    const held = manifestOf([`${url}/a`], known(bytes))
    await told(held, folder, { mirror: `${url}/own/` })
    expectRight(folder)
    expect(asked).toEqual(['/own/data.bin'])
  })
})

describe('a connection that breaks', () => {
  test('is taken up where it broke, as long as it brings something', async () => {
    const large = noise(5 * 2 ** 20)
    const { url, asked } = await serve({ '/a': breaksOff(large, 1.2 * 2 ** 20) })
    const folder = temporaryFolder()
    await told(manifestOf([`${url}/a`], known(large)), folder)
    expectRight(folder, large)
    expect(asked.length).toBeGreaterThan(3)
    for (const request of asked.slice(1)) expect(request).toMatch(/^\/a bytes=\d+-$/)
  })

  test('makes the right file wherever it breaks', async () => {
    const places = Array.from({ length: 20 }, (_, i) => noise(4, i).readUInt32LE() % bytes.length)
    await Promise.all(
      places.map(async (place) => {
        const { url, answers } = await serve({
          '/a': (request, response) => {
            breaksOff(bytes, place)(request, response)
            answers.set('/a', sends(bytes))
          },
        })
        const folder = temporaryFolder()
        await told(manifestOf([`${url}/a`], known(bytes)), folder)
        expectRight(folder)
      }),
    )
  })

  test('that always does so early is given up, and what came is kept for the next time', async () => {
    const { url, answers } = await serve({ '/a': breaksOff(bytes, 30_000) })
    const folder = temporaryFolder()
    const held = manifestOf([`${url}/a`], known(bytes))
    expect(await refused(held, folder)).toMatch(/^cannot fetch .*data\.bin: http:.*\/a: /)
    expect(readdirSync(folder)).toEqual(['data.bin.part', 'data.bin.part.json'])
    const kept = readFileSync(join(folder, 'data.bin.part'))
    expect(kept.equals(bytes.subarray(0, kept.length))).toBe(true)
    expect(kept.length).toBeGreaterThan(0)
    answers.set('/a', sends(bytes))
    const events = await told(held, folder)
    expect(events).toContainEqual(expect.objectContaining({ event: 'origin', from: kept.length }))
    expectRight(folder)
  })

  test('is begun again where the file has changed, ranges are not known, or are none', async () => {
    const part = (folder: string, source: object) => {
      writeFileSync(join(folder, 'data.bin.part'), noise(50_000, 3))
      writeFileSync(join(folder, 'data.bin.part.json'), JSON.stringify(source))
    }
    const { url } = await serve({
      '/changed': sends(bytes, '"2"'),
      '/whole': (_, response) => response.end(bytes),
      '/refuses': (request, response) =>
        request.headers.range === undefined
          ? response.end(bytes)
          : response.writeHead(416).end('no such range'),
    })
    for (const path of ['changed', 'whole', 'refuses']) {
      const folder = temporaryFolder()
      part(folder, { origin: `${url}/${path}`, etag: '"1"' })
      await told(manifestOf([`${url}/${path}`], known(bytes)), folder)
      expectRight(folder)
    }
  })

  test('is taken up from another origin too, and begun again where that makes another file', async () => {
    const { url, asked } = await serve({ '/a': sends(bytes) })
    for (const right of [true, false]) {
      const folder = temporaryFolder()
      const start = right ? bytes : noise(50_000, 3)
      writeFileSync(join(folder, 'data.bin.part'), start.subarray(0, 50_000))
      await told(manifestOf([`${url}/a`], known(bytes)), folder)
      expectRight(folder)
    }
    expect(asked).toEqual(['/a bytes=50000-', '/a bytes=50000-', '/a'])
  })

  test('is not taken up where no checksum would tell that it makes another file', async () => {
    const held = manifestOf([], { bytes: bytes.length })
    const folder = temporaryFolder()
    writeFileSync(join(folder, 'data.bin.part'), bytes)
    await expect(told(held, folder)).rejects.toThrow('cannot fetch')
    expect(readdirSync(folder)).toEqual([])
  })

  test('that brings nothing ends after the time that was asked for', async () => {
    const { url } = await serve({
      '/a': (_, response) => {
        response.writeHead(200, { 'content-length': bytes.length })
        response.write(bytes.subarray(0, 1000))
      },
      '/silent': () => undefined,
      '/right': sends(bytes),
    })
    const origins = ['a', 'silent', 'right'].map((path) => `${url}/${path}`)
    const folder = temporaryFolder()
    const events = await told(manifestOf(origins, known(bytes)), folder, { stallSeconds: 0.2 })
    expectRight(folder)
    const reasons = events.flatMap((one) => (one.event === 'trouble' ? [one.reason] : []))
    expect(reasons.join()).toMatch(/Body Timeout Error.*Headers Timeout Error/)
  })
})

describe('an answer that is not what was asked for is refused:', () => {
  const endless: Answer = (_, response) => {
    const some = noise(65_536)
    const more = (): void => {
      if (!response.destroyed) response.write(some, () => setImmediate(more))
    }
    more()
  }
  const to =
    (location: string, status = 302): Answer =>
    (_, response) =>
      response.writeHead(status, { location }).end()
  const cases: Record<string, [Record<string, Answer>, RegExp]> = {
    'a stream without end': [{ '/a': endless }, /sends more than 200000 bytes/],
    'a redirect to itself': [{ '/a': to('/a') }, /redirects more than 10 times/],
    'a redirect to a file': [{ '/a': to('file:///etc/passwd') }, /redirects to file:/],
    'a redirect to ftp': [{ '/a': to('ftp://127.0.0.1/a', 301) }, /redirects to ftp:/],
    'a redirect to data': [{ '/a': to('data:,right', 307) }, /redirects to data:/],
    'a redirect to nowhere': [{ '/a': to('http://', 308) }, /redirects to "http:\/\/", no URL/],
    'a range of other bytes': [
      {
        '/a': (_, response) =>
          response
            .writeHead(206, { 'content-range': `bytes 7-199999/200000` })
            .end(bytes.subarray(7)),
      },
      /answers with the range "bytes 7-199999\/200000" for bytes from 0/,
    ],
    'an empty file': [{ '/a': sends(new Uint8Array(0)) }, /offers 0 bytes, expected 200000/],
    'fewer bytes than there are': [
      { '/a': (_, response) => response.write(bytes.subarray(0, 9), () => response.end()) },
      /ends after 9 of 200000 bytes/,
    ],
    'a page that says sorry': [
      { '/a': (_, response) => response.end('<html>Sorry!</html>') },
      /offers 19 bytes, expected 200000/,
    ],
  }
  test.each(Object.entries(cases))('%s', async (_, [answers, message]) => {
    const { url } = await serve(answers)
    const folder = temporaryFolder()
    expect(await refused(manifestOf([`${url}/a`], known(bytes)), folder)).toMatch(message)
    const part = join(folder, 'data.bin.part')
    if (existsSync(part)) expect(readFileSync(part).length).toBeLessThanOrEqual(bytes.length)
  })

  test('a redirect that leads to the file is followed', async () => {
    const { url, asked } = await serve({ '/a': to('b/c?d'), '/b/c?d': sends(bytes) })
    const folder = temporaryFolder()
    await told(manifestOf([`${url}/a`], known(bytes)), folder)
    expectRight(folder)
    expect(asked).toEqual(['/a', '/b/c?d'])
  })

  test('http without a checksum', async () => {
    const { url, asked } = await serve({ '/a': sends(bytes) })
    const held = manifestOf([`${url}/a`], { bytes: bytes.length })
    expect(await refused(held, temporaryFolder())).toMatch(/is http:, and no checksum would tell/)
    expect(asked).toEqual([])
  })
})

describe('a folder', () => {
  test('that cannot be made or written to is named', async () => {
    const { url } = await serve({ '/a': sends(bytes) })
    const held = manifestOf([`${url}/a`], known(bytes))
    expect(await refused(held, '/proc/feedalign')).toMatch(/^cannot write to \/proc\/feedalign: /)
    const folder = temporaryFolder()
    writeFileSync(join(folder, 'file'), '')
    expect(await refused(held, join(folder, 'file'))).toMatch(/^cannot write .*\/file\/.fetching: /)
  })

  test('into which a process at work is fetching is left to it, one that was killed left it', async () => {
    const { url } = await serve({ '/a': sends(bytes) })
    const held = manifestOf([`${url}/a`], known(bytes))
    const folder = temporaryFolder()
    const left = join(folder, '.fetching', nameOf({ ...ownHolder(), pid: 4194304 }))
    const lock = new Lock(folder, { name: '.fetching', doing: 'is fetching into it' })
    expect(await refused(held, folder)).toMatch(/: process \d+ on .* is fetching into it; if/)
    lock.release()
    mkdirSync(dirname(left))
    writeFileSync(left, '')
    await told(held, folder)
    expectRight(folder)
  })
})
