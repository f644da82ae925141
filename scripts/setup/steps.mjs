/** Steps of set-up: skipped when current, timed when run, explained when they fail. */
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = fileURLToPath(new URL('../..', import.meta.url))
const stamps = join(root, '.cache/stamps')

/** What set-up could not do, in words for the user. */
export class Failure extends Error {}

const cures = {
  cargo: 'install Rust 1.91 or newer (rustup), then run the command again',
  npm: 'check the network and the lock file, then run `npm ci`',
}

/** Hash of files and folders, by path and content. */
function hash(paths) {
  const sha = createHash('sha256').update(process.version)
  const add = (path) => {
    const full = join(root, path)
    if (!existsSync(full)) return
    if (statSync(full).isDirectory()) {
      for (const entry of readdirSync(full).sort()) add(join(path, entry))
    } else {
      sha.update(path).update(readFileSync(full))
    }
  }
  paths.forEach(add)
  return sha.digest('hex')
}

/** Runs `work` unless `outputs` exist and `inputs` are as they were at its last success. */
export async function step(name, inputs, outputs, work) {
  const stamp = join(stamps, name.replaceAll(' ', '-'))
  const now = hash(inputs)
  const current =
    outputs.every((path) => existsSync(join(root, path))) &&
    existsSync(stamp) &&
    readFileSync(stamp, 'utf8') === now
  if (current) return
  const started = Date.now()
  console.error(`set-up: ${name} …`)
  const note = await work()
  mkdirSync(stamps, { recursive: true })
  writeFileSync(stamp, now)
  const seconds = ((Date.now() - started) / 1000).toFixed(1)
  console.error(`set-up: ${name} ready in ${seconds} s${note ? ` (${note})` : ''}`)
}

/** Runs a program quietly; where it fails, the end of what it said becomes the error. */
export function run(program, args, { env = {}, minutes = 20 } = {}) {
  return new Promise((resolve, reject) => {
    const options = { cwd: root, env: { ...process.env, ...env }, timeout: minutes * 60_000 }
    const child = spawn(program, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] })
    let said = ''
    const keep = (chunk) => (said = (said + chunk).slice(-4000))
    child.stdout.on('data', keep)
    child.stderr.on('data', keep)
    child.on('error', (error) => {
      const cure = cures[program]
      reject(new Failure(`${program}: ${error.message}${cure ? `; ${cure}` : ''}`))
    })
    child.on('close', (code) => {
      if (code === 0) return resolve('')
      const cure = cures[program] ? `\n${cures[program]}` : ''
      reject(new Failure(`${program} ${args.join(' ')} failed (${code}):\n${said}${cure}`))
    })
  })
}
