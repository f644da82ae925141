import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'vitest'
import type { JournalEvent } from '../../../ts/sweep/storage/events.js'
import { temporaryFolder } from '../../folders.js'
import { feedalignHere } from '../here.js'

/** A sweep of real trainings that take a few hundredths of a second each. */
export const tiny = {
  trials: 6,
  train: { network: '784-8-10', epochs: 2, validation: 0.2 },
  parameters: {
    rule: { choices: ['bp', 'fa', 'dfa'] },
    learningRate: { min: 0.001, max: 0.3, log: true },
    momentum: { min: 0, max: 0.9, when: { rule: ['bp', 'fa'] } },
  },
}

/** A folder with `spec.json`, the tiny sweep with some keys told otherwise. */
export function folderOf(told: object = {}): string {
  const folder = temporaryFolder()
  writeFileSync(join(folder, 'spec.json'), JSON.stringify({ ...tiny, ...told }))
  return folder
}

/** A folder with such a sweep, in `run`, worked on to its end. */
export async function swept(told: object = {}, ...flags: string[]): Promise<string> {
  const folder = folderOf(told)
  await succeed(['sweep', 'spec.json', '--out', 'run', '--quiet', ...flags], folder)
  return folder
}

/** Runs a command that is to succeed; returns its output. */
export async function succeed(args: readonly string[], folder: string): Promise<string> {
  const { status, stdout, stderr } = await feedalignHere(args, folder)
  expect({ status, stderr }).toMatchObject({ status: 0 })
  return stdout
}

/** What `export` prints, line by line. */
export async function exported(folder: string, ...flags: string[]): Promise<Exported[]> {
  const text = await succeed(['sweep', 'export', 'run', '--json', ...flags], folder)
  return jsonLines(text) as Exported[]
}

export interface Exported {
  readonly trial: number
  readonly parameters: Readonly<Record<string, unknown>>
  readonly metric: number | null
  readonly state: string
  readonly seed: number
  readonly epochs: number
  readonly error?: string | null
  readonly weightsSha256?: string | null
}

/** What is the same whenever it is done. */
export const withoutTime = (row: object): object => ({ ...row, seconds: 0 })

export function jsonLines(text: string): unknown[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as unknown)
}

/** The events of the sweep in `run`, without a line that is being written. */
export function journal(folder: string): JournalEvent[] {
  const text = readFileSync(join(folder, 'run', 'journal.jsonl'), 'utf8')
  return jsonLines(text.slice(0, text.lastIndexOf('\n') + 1)) as JournalEvent[]
}
