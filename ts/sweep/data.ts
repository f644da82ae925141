import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Examples } from '../data/examples.js'
import { describeData, type DataDescription } from '../data/sets/described.js'
import type { Loaded } from '../data/sets/index.js'
import { engine } from '../engine/index.js'
import { FeedalignError, reason, UsageError } from '../errors.js'
import { hold } from '../training/held.js'

/** The data that a sweep was on last, for its report and for who goes on with it, in its folder. */
export const dataFile = 'data.json'

export interface SweepData extends DataDescription {
  readonly dataSha256: string
}

const known = new WeakMap<Loaded, string>()

/** SHA-256, hexadecimal, of all examples: on which machine it is asked makes no difference. */
export function dataSha256(loaded: Loaded): string {
  const { train, test } = loaded
  const hash =
    known.get(loaded) ??
    createHash('sha256').update(hashOf(train)).update(hashOf(test)).digest('hex')
  known.set(loaded, hash)
  return hash
}

function hashOf(examples: Examples): string {
  using held = hold(engine(), examples)
  return held.data.hash
}

export function sweepData(loaded: Loaded): SweepData {
  return { ...describeData(loaded), dataSha256: dataSha256(loaded) }
}

/** Throws `FeedalignError` where it cannot be read. */
export function readData(folder: string): SweepData {
  const file = join(folder, dataFile)
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as SweepData
  } catch (error) {
    throw new FeedalignError(`${file}: ${reason(error)}; feedalign sweep resume writes it`)
  }
}

/** What may be different, from what tells most to what tells least. */
const differences = [
  ['name', 'name'],
  ['sample', 'a sample'],
  ['train', 'training examples'],
  ['test', 'test examples'],
  ['dataSha256', 'SHA-256'],
] as const

/** Throws `UsageError` where the data are others than the folder's sweep was on last. */
export function checkData(folder: string, data: SweepData): void {
  if (!existsSync(join(folder, dataFile))) return
  const before = readData(folder)
  const found = differences.find(([key]) => data[key] !== before[key])
  if (found === undefined) return
  const [key, what] = found
  throw new UsageError(
    `the data, ${what}: ${data[key]} here, ${before[key]} in the sweep that ${folder} holds; ` +
      'begin another sweep, or go on with this one by feedalign sweep resume --force',
  )
}
