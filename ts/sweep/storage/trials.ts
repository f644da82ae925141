import * as v from 'valibot'
import { FeedalignError } from '../../errors.js'
import { hostName } from '../../lock/holder.js'
import { liveHolder } from '../../lock/lock.js'
import { whole } from '../../values.js'
import type { Parameters } from '../job.js'
import type { EndEvent, JournalEvent, SessionEvent, SweepEvent, TaskEvent } from './events.js'
import { sweepLock } from './journal.js'
import { readEvents } from './read.js'
import { TrialState, type State } from './trialState.js'

/** A training, as all tables have it. */
export interface Trial {
  readonly trial: number
  readonly configuration: number
  readonly repeat: number
  readonly parameters: Parameters
  readonly seed: number
  readonly state: State
  /** At the end of its last job; null before the first has ended, and where it failed. */
  readonly metric: number | null
  /** Trained so far, by jobs that have ended. */
  readonly epochs: number
  /** Of training, by jobs that have ended. */
  readonly seconds: number
  /** Of the model that the metric is of; null where there is none. */
  readonly weightsSha256: string | null
  /** One line, where it failed. */
  readonly error?: string
}

export interface Table {
  /** The last one. */
  readonly sweep: SweepEvent
  /** By number; of configurations not yet decided there are none. */
  readonly trials: readonly Trial[]
  /** The last one. */
  readonly session: SessionEvent | undefined
  /** Of that session, where it has ended in order. */
  readonly end: EndEvent | undefined
  /** Whether that session is at work. */
  readonly live: boolean
}

/**
 * What has come of a folder's sweep so far; throws `FeedalignError` as {@link readEvents} does.
 * `events` are those of the folder, not read before this is called.
 */
export function tabulate(
  folder: string,
  events: Iterable<JournalEvent> = readEvents(folder),
): Table {
  // Asked first: a session that ends meanwhile has then written its end.
  const holder = liveHolder(folder, sweepLock.name)
  return tableOf(events, ({ pid, host }) => {
    return holder?.pid === pid && holder.host === hostName(host)
  })
}

/** The same of events; `isLive` tells of a session without an end whether it is at work. */
export function tableOf(
  events: Iterable<JournalEvent>,
  isLive: (session: SessionEvent) => boolean,
): Table {
  const reader = new Reader()
  for (const event of events) reader.take(event)
  return reader.table(isLive)
}

/** What numbers and seeds of trials follow from; all else of a spec is for others. */
const numbering = v.looseObject({
  repeats: v.optional(whole(1, Number.MAX_SAFE_INTEGER), 1),
  train: v.optional(v.looseObject({ seed: v.optional(v.number(), 1) }), {}),
})

class Reader {
  #sweep: SweepEvent | undefined
  #repeats = 1
  #seed = 1
  #session: SessionEvent | undefined
  #end: EndEvent | undefined
  /** By configuration. */
  readonly #parameters: Parameters[] = []
  /** By number. */
  readonly #trials: TrialState[] = []

  take(event: JournalEvent): void {
    if (event.event === 'sweep') this.#begin(event)
    else if (event.event === 'session') {
      this.#halt()
      this.#session = event
      this.#end = undefined
    } else if (event.event === 'task') this.#queue(event)
    else if (event.event === 'end') this.#end = event
    else {
      const trial = this.#trials[event.trial]
      if (trial !== undefined) trial.take(event)
      else
        throw new FeedalignError(`"${event.event}" of trial ${event.trial}, which no task is for`)
    }
  }

  table(isLive: (session: SessionEvent) => boolean): Table {
    if (this.#sweep === undefined) throw new FeedalignError('no event "sweep" to begin with')
    const [session, end] = [this.#session, this.#end]
    const live = session !== undefined && end === undefined && isLive(session)
    if (!live) this.#halt()
    return { sweep: this.#sweep, trials: this.#trials.map(this.#row), session, end, live }
  }

  #begin(event: SweepEvent): void {
    const { repeats, train } = v.parse(numbering, event.spec)
    if (this.#trials.length > 0 && repeats !== this.#repeats) {
      throw new FeedalignError(`repeats ${repeats}: trials were numbered with ${this.#repeats}`)
    }
    this.#sweep = event
    this.#repeats = repeats
    this.#seed = train.seed
  }

  #queue(task: TaskEvent): void {
    this.#parameters[task.configuration] ??= task.parameters
    const first = task.configuration * this.#repeats
    for (let trial = first; trial < first + this.#repeats; trial++) {
      const state = (this.#trials[trial] ??= new TrialState())
      state.queue(task)
    }
  }

  /** What the last session had at work is at work no more. */
  #halt(): void {
    for (const trial of this.#trials) trial.halt()
  }

  readonly #row = (state: TrialState, trial: number): Trial => {
    const configuration = Math.floor(trial / this.#repeats)
    const repeat = trial % this.#repeats
    const parameters = this.#parameters[configuration] ?? {}
    const own = parameters['seed']
    const seed = typeof own === 'number' ? own : this.#seed + repeat
    const what = { trial, configuration, repeat, parameters, seed }
    return { ...what, state: state.state(), ...state.figures() }
  }
}
