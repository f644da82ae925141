import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { FeedalignError, reason } from '../../errors.js'
import type { EpochEvent } from '../../training/events.js'
import type { CurvePoint } from '../storage/events.js'
import type { Metric, TrialJob } from './executor.js'

const FILE = 'trial.json'

/** So long a job leaves no file: before the first checkpoint within an epoch, which takes a minute. */
const SECONDS = 30

/** How a job that is to be gone on from ended. */
interface End {
  readonly value: number
  readonly epochs: number
  readonly weightsSha256: string
}

interface Kept {
  /** The last epoch of the job that it is of. */
  readonly to: number
  readonly curve: readonly CurvePoint[]
  readonly seconds: number
  readonly end?: End
}

/**
 * What a job has measured so far. It lies beside the trial's checkpoints, so that a job that goes on
 * after a kill has the epochs before it too, and one whose result was lost does not train again.
 */
export class TrialRecord {
  readonly #job: TrialJob
  readonly #kept: Kept | undefined
  #curve: CurvePoint[] = []
  /** Of training: by earlier processes, and by this one up to the last event. */
  readonly #before: number
  #seconds = 0
  readonly #started = performance.now()
  #unkept = false

  constructor(job: TrialJob) {
    this.#job = job
    this.#kept = read(job.folder)
    const mine = this.#kept?.to === job.to ? this.#kept : undefined
    this.#curve = [...(mine?.curve ?? [])]
    this.#before = mine?.seconds ?? 0
  }

  get curve(): readonly CurvePoint[] {
    return this.#curve
  }

  get epochs(): number {
    return this.#curve.at(-1)?.epoch ?? this.#job.from
  }

  get seconds(): number {
    return this.#before + this.#seconds
  }

  /** Of this job, or of one before it whose training came to its end: both have been done. */
  get end(): End | undefined {
    const { to, end } = this.#kept ?? {}
    return to === this.#job.to || (end?.epochs ?? Infinity) < (to ?? 0) ? end : undefined
  }

  /** Training begins after this epoch; −1 before the untrained network is measured. */
  begins(epoch: number): void {
    this.#curve = this.#curve.filter((point) => point.epoch <= epoch)
  }

  add(event: EpochEvent): void {
    this.#curve.push(curvePoint(event))
    this.#seconds = event.seconds
    this.#unkept = true
  }

  /**
   * The metric after the last epoch, which is one of an earlier job where training had ended there.
   * Undefined where that is not known; throws where the training does not tell it.
   */
  value(metric: Metric): number | undefined {
    const last = this.#curve.at(-1)
    if (last === undefined) return this.#kept?.end?.value
    const value = last[metric]
    if (value !== undefined) return value
    const cure = metric === 'validationError' ? '; set examples aside, as validation 0.1 does' : ''
    throw new FeedalignError(`training does not tell ${metric}${cure}`)
  }

  /** To be called often: keeps what is not kept yet, once there may be a checkpoint soon. */
  keepIfLong(): void {
    if (this.#unkept && performance.now() - this.#started > SECONDS * 1000) this.keep()
  }

  /** Throws `FeedalignError` where it cannot be written. */
  keep(end?: End): void {
    const { folder, to } = this.#job
    const kept: Kept = { to, curve: this.#curve, seconds: this.seconds, ...(end && { end }) }
    const file = join(folder, FILE)
    try {
      mkdirSync(folder, { recursive: true })
      writeFileSync(`${file}.part`, JSON.stringify(kept), { flush: true })
      renameSync(`${file}.part`, file)
    } catch (error) {
      throw new FeedalignError(`cannot write ${file}: ${reason(error)}`)
    }
    this.#unkept = false
  }
}

/** The figures of an epoch's event that are known. */
export function curvePoint(event: EpochEvent): CurvePoint {
  const { epoch, trainLoss, trainError, validationError, testError } = event
  const figures = { trainLoss, trainError, validationError, testError }
  const known = Object.entries(figures).filter(([, value]) => typeof value === 'number')
  return { epoch, ...Object.fromEntries(known) }
}

export function removeFolder(folder: string): void {
  if (existsSync(folder)) rmSync(folder, { recursive: true, force: true })
}

/** Undefined where there is none, or none that can be read: training again comes to the same. */
function read(folder: string): Kept | undefined {
  try {
    return JSON.parse(readFileSync(join(folder, FILE), 'utf8')) as Kept
  } catch {
    return undefined
  }
}
