/** Steps of set-up: skipped when current, timed when run, explained when they fail. */
import { spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = fileURLToPath(new URL('../..', import.meta.url))
const stamps = join(root, '.cache/stamps')

/** What both shells of the engine are built from. */
export const engineSources = [
  'crates/engine/Cargo.toml',
  'crates/engine/src',
  'crates/kernels/Cargo.toml',
  'crates/kernels/src',
  'Cargo.toml',
  'Cargo.lock',
  '.cargo/config.toml',
]

/** What set-up could not do, in words for the user. */
export class Failure extends Error {}

const cures = {
  cargo: 'install Rust 1.91 or newer (rustup), then run the command again',
  npm: 'check the network and the lock file, then run `npm ci`',
}

/** Hash of files and folders, by path and content, and of the platform built for. */
function hash(paths) {
  const sha = createHash('sha256').update(`${process.platform}-${process.arch}`)
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

/** Runs `work` unless the files `outputs` exist and `inputs` are as at its last success. */
export async function step(name, inputs, outputs, work) {
  const stamp = join(stamps, name.replaceAll(' ', '-'))
  const now = hash(inputs)
  const missing = () => outputs.find((path) => !statSync(join(root, path), quiet)?.isFile())
  const before = existsSync(stamp) ? readFileSync(stamp, 'utf8') : ''
  if (before === now && missing() === undefined) return
  await timed(name, work)
  const lost = missing()
  if (lost !== undefined) throw new Failure(`${name}: ${lost} was not made`)
  mkdirSync(stamps, { recursive: true })
  writeFileSync(stamp, now)
}

const quiet = { throwIfNoEntry: false }

/** Does a piece of work, saying which and how long it took. */
export async function timed(name, work) {
  const started = Date.now()
  console.error(`set-up: ${name} …`)
  const note = await work()
  const seconds = ((Date.now() - started) / 1000).toFixed(1)
  console.error(`set-up: ${name} ready in ${seconds} s${note ? ` (${note})` : ''}`)
}

/** Whether a program is there and ends well. */
export const succeeds = (program, args, options) =>
  run(program, args, options).then(
    () => true,
    () => false,
  )

/** What a program prints; nothing where it is missing or fails. */
export function output(program, args) {
  const { status, stdout } = spawnSync(program, args, { cwd: root, encoding: 'utf8' })
  return status === 0 ? stdout : ''
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
