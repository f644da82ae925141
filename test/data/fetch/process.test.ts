import { spawn } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { temporaryFolder } from '../../folders.js'
import { mounts } from '../../mounts.js'
import { answerTo, known, manifestOf, noise, sends, serve, type Answer } from './server.js'

const child = fileURLToPath(new URL('child.mjs', import.meta.url))
const bytes = noise(1_000_000)

/** Runs a program to its end, while this process serves. */
async function run(program: string, args: readonly string[], started?: (pid: number) => void) {
  const running = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] })
  const said = { out: '', err: '' }
  running.stdout.on('data', (some: Buffer) => (said.out += some.toString()))
  running.stderr.on('data', (some: Buffer) => (said.err += some.toString()))
  started?.(running.pid ?? 0)
  const code = await new Promise<number | null>((resolve) => running.on('close', resolve))
  return { code, ...said }
}

/** How much of the file a process has put down; 0 before it begins. */
function put(folder: string): number {
  return statSync(join(folder, 'data.bin.part'), { throwIfNoEntry: false })?.size ?? 0
}

/** Sends piece by piece, never far ahead of what is put down; tells how much that is. */
function slowly(folder: string, told: (bytes: number) => void): Answer {
  return (request, response) => {
    const { body, headers, status } = answerTo(request, bytes, '"1"')
    response.writeHead(status, headers)
    let at = 0
    const more = (): void => {
      if (response.destroyed) return
      const there = put(folder)
      told(there)
      const next = bytes.length - body.length + at - there > 65_536 ? 0 : 8192
      const some = body.subarray(at, at + next)
      at += some.length
      if (at === body.length) response.end(some)
      else response.write(some, () => setTimeout(more, 1))
    }
    more()
  }
}

const rounds = process.env['FEEDALIGN_LONG'] === undefined ? 1 : 12
const KILLS = 4

for (let seed = 1; seed <= rounds; seed++) {
  test(`a process killed ${KILLS} times at random bytes leaves the next what it had (${seed})`, async () => {
    const draws = noise(4 * KILLS, seed)
    let pid = 0
    let after = 0
    const folder = temporaryFolder()
    const { url, asked } = await serve({
      '/a': slowly(folder, (there) => {
        if (there >= after && after < Infinity) process.kill(pid, 'SIGKILL')
      }),
    })
    const args = [child, JSON.stringify(manifestOf([`${url}/a`], known(bytes))), folder]
    for (let kill = 0; kill < KILLS; kill++) {
      const share = draws.readUInt32LE(4 * kill) / 2 ** 32
      after = put(folder) + (share * bytes.length) / (KILLS + 1)
      const { code } = await run(process.execPath, args, (started) => (pid = started))
      expect(code).toBeNull()
      expect(put(folder)).toBeGreaterThanOrEqual(after)
      expect(existsSync(join(folder, 'data.bin'))).toBe(false)
    }
    after = Infinity
    expect(await run(process.execPath, args)).toEqual({ code: 0, out: '', err: '' })
    expect(readFileSync(join(folder, 'data.bin')).equals(bytes)).toBe(true)
    expect(readdirSync(folder)).toEqual(['data.bin'])
    expect(asked).toHaveLength(KILLS + 1)
    const from = asked.map((one) => Number(/bytes=(\d+)-/.exec(one)?.[1] ?? 0))
    expect(from).toEqual(from.toSorted((a, b) => a - b))
    expect(from.at(-1)).toBeGreaterThan(0)
  })
}

test.skipIf(!mounts)(
  'a full disk is an error that names the part, which goes on later',
  async () => {
    const { url } = await serve({ '/a': sends(bytes) })
    const script = `
    mount -t tmpfs -o size=256k none "$3" || exit 9
    "$0" "$1" "$2" "$3"; echo "code $?"; ls -A "$3"
    mount -o remount,size=4m "$3" && "$0" "$1" "$2" "$3"; echo "code $?"; ls -A "$3"
    md5sum < "$3/data.bin"`
    const held = JSON.stringify(manifestOf([`${url}/a`], known(bytes)))
    const rest = [process.execPath, child, held, temporaryFolder()]
    const { out, err } = await run('unshare', ['-rm', 'sh', '-c', script, ...rest])
    expect(err).toMatch(/^FeedalignError: .*data\.bin\.part: .*no space left.* \(ENOSPC\)\n$/)
    const { md5 } = known(bytes)
    expect(out).toBe(`code 1\ndata.bin.part\ndata.bin.part.json\ncode 0\ndata.bin\n${md5}  -\n`)
  },
)
