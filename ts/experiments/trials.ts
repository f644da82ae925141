import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { resolveConfig, type Config, type Given } from '../config/index.js'
import { FeedalignError, UsageError } from '../errors.js'
import { writeFiles } from '../report/files.js'
import type { TrainingEvent } from '../training/events.js'
import type { Experiment } from './experiment.js'

/** One row of an experiment under one seed. */
export interface Trial {
  readonly row: string
  readonly seed: number
  readonly config: Config
}

/** A trial that was trained to its end. */
export interface TrialRecord {
  readonly row: string
  readonly seed: number
  /** Version of the program. */
  readonly version: string
  /** What the result depends on, by configuration key. */
  readonly settings: Readonly<Record<string, unknown>>
  /** Without `progress`. */
  readonly events: readonly TrainingEvent[]
}

/** Settings that are chosen by flags of `reproduce`. */
const flagged: ReadonlyMap<string, string> = new Map([
  ['seed', 'every row is trained under several seeds; choose them by --seeds'],
  ['out', 'choose the folder by --out'],
])

/**
 * Throws `UsageError` where a setting of all rows would make some row another than its name says:
 * one that a row has of its own. How long to train may be told, for a quick look.
 */
export function checkSets({ name, rows }: Experiment, sets: Given): void {
  for (const [key, { where }] of sets) {
    const cure = flagged.get(key)
    if (cure !== undefined) throw new UsageError(`${where}: ${cure}`)
    const own = rows.filter(({ settings }) => key !== 'epochs' && Object.hasOwn(settings, key))
    if (own.length === 0) continue
    const which = own.map((row) => row.name).join(', ')
    throw new UsageError(`${where}: ${name} chooses it by row, in ${which}; leave it out`)
  }
}

/**
 * All rows under the first seed, then under the next one; what was told goes over what the
 * experiment has. Throws `UsageError` on a bad setting.
 */
export function trials(experiment: Experiment, told: Given, seeds: readonly number[]): Trial[] {
  return seeds.flatMap((seed) =>
    experiment.rows.map(({ name, settings }) => {
      const own = Object.entries({ ...experiment.settings, ...settings })
      const given = own.map(([key, value]) => [key, { value, where: `${name}: ${key}` }] as const)
      const under = ['seed', { value: seed, where: `${name}: seed` }] as const
      return { row: name, seed, config: resolveConfig(new Map([...given, ...told, under])) }
    }),
  )
}

/** The settings that a result depends on: not where data lies, nor on how many cores it runs. */
export function lasting(config: Config): Record<string, unknown> {
  const elsewhere = new Set(['dataDir', 'out', 'threads'])
  const kept = Object.entries(config).filter(([key]) => !elsewhere.has(key))
  return JSON.parse(JSON.stringify(Object.fromEntries(kept))) as Record<string, unknown>
}

/** A trial's file in the experiment's folder. */
function fileOf({ row, seed }: Pick<Trial, 'row' | 'seed'>): string {
  return join('runs', `${row}-${seed}.json`)
}

/**
 * What a folder holds of a trial, undefined where it was not finished. Throws `UsageError` where
 * that was trained with other settings.
 */
export function finished(folder: string, trial: Trial): TrialRecord | undefined {
  const file = join(folder, fileOf(trial))
  if (!existsSync(file)) return undefined
  const record = read(file)
  // A setting that came after the record was made has its default there.
  const entries = Object.entries(record.settings)
  const held = new Map(entries.map(([key, value]) => [key, { value, where: `${file}: ${key}` }]))
  const settings = lasting(trial.config)
  if (isDeepStrictEqual(lasting(resolveConfig(held)), settings)) return { ...record, settings }
  throw new UsageError(`${file} is of other settings; remove it, or name another folder by --out`)
}

function read(file: string): TrialRecord {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as TrialRecord
  } catch (error) {
    throw new FeedalignError(`${file}: ${(error as Error).message}; remove it to train that again`)
  }
}

/** Keeps a finished trial, whole or not at all. */
export async function keep(folder: string, record: TrialRecord): Promise<void> {
  await writeFiles(folder, { [fileOf(record)]: `${JSON.stringify(record, null, 2)}\n` })
}
