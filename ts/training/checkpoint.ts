import { createHash } from 'node:crypto'
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { FeedalignError, reason } from '../errors.js'

/** Where a run stands, apart from the engine's own state. */
export interface Position {
  /** Whole epochs done. */
  readonly epoch: number
  /** Steps of the next epoch done. */
  readonly step: number
  /** Sums over those steps. */
  readonly loss: number
  readonly errors: number
  /** Lowest validation error so far, a fraction; null before the first. */
  readonly best: number | null
  /** Whole epochs since then. */
  readonly stale: number
}

/** What a position counts in: a run can go on from it only with the same. */
export interface Settings {
  /** SHA-256 of the data trained on, hexadecimal. */
  readonly data: string
  /** Examples per step. */
  readonly batch: number
  readonly seed: number
  /** Fraction set aside. */
  readonly validation: number
}

export interface Checkpoint {
  readonly position: Position
  readonly settings: Settings
  /** The session's, as the engine gave it. */
  readonly snapshot: Uint8Array
}

const VERSION = 3
const SHA256 = 32

/**
 * `last` after every epoch, every minute within one, and when stopped; `best` where validation
 * was lowest.
 */
export const checkpointFile = (folder: string, which: 'last' | 'best'): string =>
  join(folder, `checkpoint-${which}.bin`)

/**
 * Writes a line with the version, a line of JSON, the snapshot, and the SHA-256 of all that;
 * under another name first, so that a kill or a power cut leaves the old file or the new one.
 */
export async function writeCheckpoint(file: string, checkpoint: Checkpoint): Promise<void> {
  const { position, settings, snapshot } = checkpoint
  const json = JSON.stringify({ ...position, ...settings })
  const header = Buffer.from(`feedalign checkpoint ${VERSION}\n${json}\n`)
  const hash = createHash('sha256').update(header).update(snapshot).digest()
  const temporary = `${file}.part`
  try {
    await mkdir(dirname(file), { recursive: true })
    await writeThrough(temporary, [header, snapshot, hash])
    await rename(temporary, file)
    await syncFolder(dirname(file))
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined)
    throw new FeedalignError(`cannot write ${file}: ${reason(error)}`)
  }
}

/** Writes down to the disk. */
async function writeThrough(file: string, parts: readonly Uint8Array[]): Promise<void> {
  const handle = await open(file, 'w')
  try {
    for (const part of parts) await handle.writeFile(part)
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/** Brings a rename down to the disk; Windows does so by itself and opens no folders. */
async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/**
 * Throws `FeedalignError` naming the file where it is missing, of another version, damaged in any
 * byte, or holds numbers that cannot be. Whether it fits a run is for the run to say.
 */
export async function readCheckpoint(file: string): Promise<Checkpoint> {
  const bytes = await readFile(file).catch((error: unknown) => {
    throw new FeedalignError(`cannot read ${file}: ${reason(error)}`)
  })
  const fail = (what: string): never => {
    throw new FeedalignError(`${file} ${what}`)
  }
  const version = /^feedalign checkpoint (\d{1,9})\n/.exec(bytes.toString('latin1', 0, 40))
  if (version === null) return fail('is no checkpoint of feedalign, or its start is damaged')
  if (version[1] !== String(VERSION)) {
    return fail(`is a checkpoint of version ${version[1]}, this feedalign reads ${VERSION}`)
  }
  const body = bytes.subarray(0, -SHA256)
  if (!createHash('sha256').update(body).digest().equals(bytes.subarray(-SHA256))) {
    return fail('is damaged or cut short: its SHA-256 does not fit its bytes')
  }
  const start = version[0].length
  const end = body.indexOf('\n', start)
  const header = parseHeader(body.toString('utf8', start, end), fail)
  return { ...header, snapshot: body.subarray(end + 1) }
}

const isNumber = (value: unknown): value is number => Number.isFinite(value)
const isCount = (value: unknown): boolean => Number.isSafeInteger(value) && Number(value) >= 0
const isFraction = (value: unknown): boolean => isNumber(value) && value >= 0 && value <= 1

/** What each number of a header can be. */
const valid: Readonly<Record<keyof (Position & Settings), (value: unknown) => boolean>> = {
  epoch: isCount,
  step: isCount,
  loss: isNumber,
  errors: isCount,
  best: (value) => value === null || isFraction(value),
  stale: isCount,
  data: (value) => typeof value === 'string' && /^[0-9a-f]{64}$/.test(value),
  batch: (value) => isCount(value) && value !== 0,
  seed: isCount,
  validation: (value) => isFraction(value) && value !== 1,
}

function parseHeader(
  json: string,
  fail: (what: string) => never,
): { position: Position; settings: Settings } {
  let held: unknown
  try {
    held = JSON.parse(json)
  } catch {
    fail('has a header that is not JSON')
  }
  if (typeof held !== 'object' || held === null) return fail('has a header that is no object')
  const header = held as Position & Settings
  for (const [name, isValid] of Object.entries(valid)) {
    const value = header[name as keyof typeof valid] as unknown
    if (!isValid(value)) fail(`has a header in which ${name} is ${JSON.stringify(value)}`)
  }
  const { epoch, step, loss, errors, best, stale, data, batch, seed, validation } = header
  return {
    position: { epoch, step, loss, errors, best, stale },
    settings: { data, batch, seed, validation },
  }
}
