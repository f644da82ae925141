import { appendFileSync, existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Config } from '../config/index.js'
import { FeedalignError } from '../errors.js'
import { writeFiles } from '../report/files.js'
import type { EpochEvent, StartEvent } from '../training/events.js'
import { machine } from './machine.js'

/**
 * A run folder: `config.json`, the resolved configuration; `versions.jsonl`, a line for each start,
 * of what it ran on; `metrics.jsonl`, a line for each epoch; `report.html`, when it has ended; and
 * the checkpoints.
 */
export const configFile = (folder: string): string => join(folder, 'config.json')
export const metricsFile = (folder: string): string => join(folder, 'metrics.jsonl')

/** Where the run goes is no part of what it is: `out` stays out, so that the file can be reused. */
export async function writeConfig(folder: string, config: Config): Promise<void> {
  const text = JSON.stringify({ ...config, out: undefined }, null, 2)
  await writeFiles(folder, { 'config.json': `${text}\n` })
}

/** Notes a start; of a resumed run, drops the lines of epochs that are to come again. */
export async function recordStart(folder: string, event: StartEvent): Promise<void> {
  const { kernel, engine, threads, resumedFrom } = event
  const time = new Date().toISOString()
  const line = { time, ...machine(), engine, kernel, threads, resumedFrom }
  append(join(folder, 'versions.jsonl'), line)
  const file = metricsFile(folder)
  if (!existsSync(file)) return
  const done = resumedFrom ?? { epoch: 0, step: 0 }
  // Before the first step, even the line of epoch 0 is to come again.
  const last = done.epoch === 0 && done.step === 0 ? -1 : done.epoch
  const lines = inWords(file, () => readFileSync(file, 'utf8').split('\n'))
  const kept = lines.filter((line) => epochOf(line) <= last)
  await writeFiles(folder, { 'metrics.jsonl': kept.map((line) => `${line}\n`).join('') })
}

export function recordEpoch(folder: string, event: EpochEvent): void {
  append(metricsFile(folder), event)
}

/** The epoch of a line; beyond all epochs for one that a kill has cut. */
function epochOf(line: string): number {
  try {
    return (JSON.parse(line) as EpochEvent).epoch
  } catch {
    return Infinity
  }
}

function append(file: string, record: object): void {
  inWords(file, () => {
    appendFileSync(file, `${JSON.stringify(record)}\n`)
  })
}

/** What the file system refuses is the user's to mend: a full disk, a folder of another. */
function inWords<T>(path: string, work: () => T): T {
  try {
    return work()
  } catch (error) {
    throw new FeedalignError(`cannot write ${path}: ${(error as Error).message}`)
  }
}
