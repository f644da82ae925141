import { existsSync } from 'node:fs'
import type { Session } from '../engine/index.js'
import { FeedalignError, reason } from '../errors.js'
import {
  checkpointFile,
  readCheckpoint,
  writeCheckpoint,
  type Position,
  type Settings,
} from './checkpoint.js'

/** A run that is killed loses this much work at most. */
const SECONDS = 60

/** How long a run is, as far as a position must lie within it. */
export interface Extent {
  readonly epochs: number
  /** Of an epoch. */
  readonly steps: number
}

/** A run's checkpoints: when one is due, and whether the run can go on from one. */
export class Saver {
  readonly #folder: string
  readonly #settings: Settings
  readonly #session: Session
  #savedAt = performance.now()
  /** Steps were trained that `last` does not hold. */
  #unsaved = false

  constructor(folder: string, settings: Settings, session: Session) {
    this.#folder = folder
    this.#settings = settings
    this.#session = session
  }

  async save(which: 'last' | 'best', position: Position): Promise<void> {
    const file = checkpointFile(this.#folder, which)
    const snapshot = this.#session.snapshot()
    await writeCheckpoint(file, { position, settings: this.#settings, snapshot })
    if (which === 'last') {
      this.#savedAt = performance.now()
      this.#unsaved = false
    }
  }

  /** To be called after steps were trained: saves `last` where that is a minute ago. */
  async trained(position: Position): Promise<void> {
    this.#unsaved = true
    if (performance.now() - this.#savedAt >= SECONDS * 1000) await this.save('last', position)
  }

  /** Saves `last` where something would be lost, or where there is none to go on from. */
  async leave(position: Position): Promise<void> {
    const exists = existsSync(checkpointFile(this.#folder, 'last'))
    if (this.#unsaved || !exists) await this.save('last', position)
  }

  /**
   * Brings the session to a checkpoint and returns where that stands. Throws
   * `FeedalignError` with the reason where this run cannot go on from it; then nothing has changed.
   */
  async restore(which: 'last' | 'best', extent: Extent): Promise<Position> {
    const file = checkpointFile(this.#folder, which)
    const { position, settings, snapshot } = await readCheckpoint(file)
    const obstacle = differs(settings, this.#settings) ?? exceeds(position, extent)
    if (obstacle !== undefined) throw new FeedalignError(`${file} ${obstacle}`)
    try {
      this.#session.restore(snapshot)
    } catch (error) {
      throw new FeedalignError(`${file}: ${reason(error)}`)
    }
    this.#savedAt = performance.now()
    return position
  }
}

function differs(held: Settings, wanted: Settings): string | undefined {
  if (held.data !== wanted.data) return 'was trained on other data'
  const names = ['batch', 'seed', 'validation'] as const
  const other = names.find((name) => held[name] !== wanted[name])
  return other === undefined
    ? undefined
    : `was trained with ${other} ${held[other]}, not ${wanted[other]}`
}

function exceeds({ epoch, step }: Position, { epochs, steps }: Extent): string | undefined {
  if (step > steps) return `stands at step ${step} of an epoch, which has ${steps}`
  if (epoch + (step > 0 ? 1 : 0) <= epochs) return undefined
  const where = step > 0 ? `in epoch ${epoch + 1}` : `after epoch ${epoch}`
  return `stands ${where}, past the end of a run of ${epochs}`
}
