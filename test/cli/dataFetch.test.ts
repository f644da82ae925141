import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { manifest } from '../../ts/data/manifest.js'
import { sends, serve } from '../data/fetch/server.js'
import { temporaryFolder } from '../folders.js'
import { feedalign, parse, start } from './command.js'

const data = process.env['FEEDALIGN_DATA']
const { files } = manifest('mnist')
const [images] = files
const name = images?.name ?? ''

/** No other folder is looked at, no proxy asked. */
const env = { FEEDALIGN_DATA: '', no_proxy: '*' }

/** A mirror that stops in the middle of the first file. */
async function stalling() {
  return await serve({
    [`/${name}`]: (_, response) => {
      response.writeHead(200, { 'content-length': images?.packed?.bytes ?? 0 })
      response.write(new Uint8Array(100_000))
    },
  })
}

describe('data fetch', () => {
  test('stopped by Ctrl-C leaves what it has, says how to go on, and exits 130', async () => {
    const { url } = await stalling()
    const cwd = temporaryFolder()
    const args = ['data', 'fetch', 'mnist', '--data-dir', 'd', '--mirror', url, '--json']
    const run = start(args, cwd, env)
    await run.until('"event":"progress"')
    run.child.kill('SIGINT')
    const { code, err } = await run.end
    expect(err).toBe('stopped; the same command goes on: feedalign data fetch mnist\n')
    expect(code).toBe(130)
    expect(readFileSync(join(cwd, 'd', 'mnist', `${name}.part`)).length).toBeGreaterThan(0)
    expect(existsSync(join(cwd, 'd', 'mnist', name))).toBe(false)
    expect(existsSync(join(cwd, 'd', 'mnist', '.fetching'))).toBe(false)
  })

  test('says what comes with the package, and how to get what no program may fetch', () => {
    const digits = feedalign(['data', 'fetch', 'digits'])
    expect(digits.stdout).toMatch(/^digits is in .*digits\.idx\.gz\n$/)
    expect(digits.status).toBe(0)
    const folder = temporaryFolder()
    const made = feedalign(['data', 'fetch', 'svhn-like', '--data-dir', folder])
    expect(made.stdout).toContain(`--out ${join(folder, 'svhn-like')}\n`)
    expect(made.stderr).toBe('feedalign: svhn-like cannot be fetched by a program\n')
    expect(made.status).toBe(1)
  })

  test('refuses an unknown set, a timeout of nothing and a mirror that is none', () => {
    const fetch = (...args: string[]) => feedalign(['data', 'fetch', ...args], undefined, env)
    expect(fetch('mnits')).toMatchObject({ status: 2 })
    expect(fetch('mnits').stderr).toMatch(/unknown data set "mnits"; did you mean "mnist"\?/)
    // A path is data of the user's own for others; here it would lead out of the manifests.
    expect(fetch('../../package')).toMatchObject({ status: 2 })
    const timeout = fetch('mnist', '--timeout', '0')
    expect(timeout.stderr).toMatch(/^feedalign: --timeout 0: not a number of seconds above 0/)
    expect(timeout.status).toBe(2)
    const mirror = fetch('mnist', '--mirror', 'file:///tmp')
    expect(mirror.stderr).toMatch(/^feedalign: --mirror file:\/\/\/tmp: not an http.* URL/)
    expect(mirror.status).toBe(2)
  })
})

describe.skipIf(data === undefined)('the real MNIST', () => {
  test('is fetched, read and verified; a second time nothing is asked for', async () => {
    const folder = join(data ?? '', 'mnist')
    const answers = files.map((file) => {
      const bytes = readFileSync(join(folder, file.name))
      return [`/${file.name}`, sends(bytes)] as const
    })
    const { url, asked } = await serve(Object.fromEntries(answers))
    const cwd = temporaryFolder()
    const fetched = ['data', 'fetch', 'mnist', '--data-dir', 'd', '--mirror', `${url}/`]
    const first = await start(fetched, cwd, env).end
    expect(first).toMatchObject({ code: 0, out: `mnist is in ${join('d', 'mnist')}\n` })
    expect(first.err).toMatch(/^train-images-idx3-ubyte\.gz {2}from http:.*\n.* {2}fetched$/m)
    const again = await start([...fetched, '--json'], cwd, env).end
    const told = parse(again.out).map(({ event }) => event)
    expect(told).toEqual(['present', 'present', 'present', 'present', 'start', 'done'])
    expect(asked).toHaveLength(4)
    const verified = feedalign(['data', 'verify', 'mnist', '--data-dir', 'd'], cwd)
    expect(verified.stdout.match(/^ok/gm)).toHaveLength(4)
  })
})
