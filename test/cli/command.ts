import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished } from 'vitest'
import { temporaryFolder } from '../folders.js'

/** The built command. */
export const main = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url))

/** A network small enough for many epochs in a second, on the digits that come along. */
export const small = ['--network', '784-16-10', '--threads', '1']

/** Runs the command to its end, in a folder of its own unless told. */
export function feedalign(args: readonly string[], cwd = temporaryFolder(), env = {}) {
  const options = { encoding: 'utf8', cwd, env: { ...process.env, ...env } } as const
  return spawnSync(process.execPath, [main, ...args], options)
}

/** Runs it, expects success, and returns its events. */
export function events(args: readonly string[], cwd?: string): Event[] {
  const { status, stdout, stderr } = feedalign([...args, '--json'], cwd)
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
  return parse(stdout)
}

/** What the tests look at in an event, whichever it is. */
export interface Event {
  readonly event: string
  readonly epoch?: number
  readonly epochs?: number
  readonly testError?: number
  readonly weightsSha256?: string
  readonly resumedFrom?: { readonly epoch: number; readonly step: number }
  readonly out?: string
}

export function parse(lines: string): Event[] {
  return lines
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Event)
}

/** The lines of a JSON lines file in a run folder. */
export function records(folder: string, name: string): Event[] {
  return parse(readFileSync(join(folder, name), 'utf8'))
}

/** A run under way. */
export interface Running {
  readonly child: ChildProcess
  /** Waits until standard output holds a text. */
  readonly until: (text: string) => Promise<void>
  /** The end: exit code or signal, and what was said. */
  readonly end: Promise<{ code: number | null; signal: string | null; out: string; err: string }>
}

export function start(args: readonly string[], cwd: string, env = {}): Running {
  const child = spawn(process.execPath, [main, ...args], { cwd, env: { ...process.env, ...env } })
  onTestFinished(() => {
    child.kill('SIGKILL')
  })
  const said = { out: '', err: '' }
  child.stdout.on('data', (chunk: Buffer) => (said.out += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (said.err += chunk.toString()))
  const end = new Promise<Awaited<Running['end']>>((resolve) => {
    child.on('close', (code, signal) => {
      resolve({ code, signal, ...said })
    })
  })
  const until = async (text: string): Promise<void> => {
    while (!said.out.includes(text)) {
      if (child.exitCode !== null) throw new Error(`ended before ${text}: ${said.err}`)
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
  }
  return { child, until, end }
}
