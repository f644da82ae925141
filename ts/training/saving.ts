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

/** When checkpoints are due: after every epoch, or not before a minute has passed. */
export type SaveEvery = 'epoch' | 'minute'

/** A run's checkpoints: when one is due, and whether the run can go on from one. */
export class Saver {
  readonly #folder: string
  readonly #every: SaveEvery
  /** Asked when first needed: it takes the hash of all data. */
  readonly #settings: () => Settings
  readonly #session: Session
  #savedAt = performance.now()
  #writing: Promise<void> | undefined
  /** Steps were trained that `last` does not hold. */
  #unsaved = false

  constructor(folder: string, every: SaveEvery, settings: () => Settings, session: Session) {
    this.#folder = folder
    this.#every = every
    this.#settings = settings
    this.#session = session
  }

  /**
   * Takes a snapshot and has it written while the run goes on; one at a time. Throws where the one
   * before could not be written.
   */
  async #save(which: 'last' | 'best', position: Position): Promise<void> {
    await this.written()
    const file = checkpointFile(this.#folder, which)
    const snapshot = this.#session.snapshot()
    this.#writing = writeCheckpoint(file, { position, settings: this.#settings(), snapshot })
    // Who awaits it next has the error; until then it is nobody's.
    this.#writing.catch(() => undefined)
    if (which === 'last') {
      this.#savedAt = performance.now()
      this.#unsaved = false
    }
  }

  /** Waits until what was saved is on the disk; throws where it could not be written. */
  async written(): Promise<void> {
    const writing = this.#writing
    this.#writing = undefined
    await writing
  }

  /**
   * To be called after a call of steps was trained: what was saved before them is on the disk when
   * it returns. Saves `last` where that is a minute ago.
   */
  async trained(position: Position): Promise<void> {
    this.#unsaved = true
    await this.written()
    if (performance.now() - this.#savedAt < SECONDS * 1000) return
    await this.#save('last', position)
    await this.written()
  }

  /** To be called after an epoch's event. */
  async endedEpoch(position: Position): Promise<void> {
    if (this.#every === 'epoch') await this.#save('last', position)
  }

  /** To be called where validation was never as low. */
  async better(position: Position): Promise<void> {
    if (this.#every === 'epoch') await this.#save('best', position)
  }

  /** Saves `last` where something would be lost, or where there is none to go on from. */
  async leave(position: Position): Promise<void> {
    await this.written()
    const exists = existsSync(checkpointFile(this.#folder, 'last'))
    if (this.#unsaved || !exists) await this.#save('last', position)
    await this.written()
  }

  /**
   * Brings the session to a checkpoint and returns where that stands. Throws
   * `FeedalignError` with the reason where this run cannot go on from it; then nothing has changed.
   */
  async restore(which: 'last' | 'best', extent: Extent): Promise<Position> {
    const file = checkpointFile(this.#folder, which)
    const { position, settings, snapshot } = await readCheckpoint(file)
    const obstacle = differs(settings, this.#settings()) ?? exceeds(position, extent)
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
