import type { Piece, Reached } from './events.js'
import type { Result } from './job.js'
import { metricOf, studyOptions } from './plan.js'
import type { Spec } from './spec.js'
import type { EndEvent, JournalEvent } from './storage/events.js'
import { taskEvent } from './storage/replay.js'
import { Study } from './study.js'
import { Tally } from './tally.js'
import type { Task } from './task.js'
import { seedOf } from './trial.js'
import type { Ended } from './workers/executor.js'

/** Configurations by which is told whether a pruner has rungs: not all need have them. */
const SOME = 100

/** Where events are kept; throws `FeedalignError` where one cannot be. */
export interface Journal {
  readonly append: (event: JournalEvent) => void
}

/** What is known of a sweep when a session of it begins. */
export interface Known {
  /** What was decided, in order. */
  readonly tasks: readonly Task[]
  /** Those that count. */
  readonly results: readonly Result[]
}

/** How a job came to its end. */
export type AtEnd = Exclude<Ended, { readonly state: 'interrupted' }>

/** A study that has its decisions and results kept in a journal before they have effects. */
export class Ledger {
  readonly #spec: Spec
  readonly #journal: Journal
  readonly #study: Study
  readonly #tally: Tally

  constructor(spec: Spec, journal: Journal, known: Known) {
    this.#spec = spec
    this.#journal = journal
    const options = studyOptions(spec)
    const onTask = (task: Task): void => {
      this.#decided(task)
    }
    this.#study = new Study({ ...options, onTask }, known.tasks)
    for (const result of known.results) this.#study.tell(result)
    this.#tally = new Tally(options)
    this.#tally.takeIn(this.#study)
  }

  /** Epochs of all trials together; null where a pruner will make them fewer. */
  get total(): number | null {
    const { configurations, repeats, epochs, pruner } = studyOptions(this.#spec)
    const some = Array.from({ length: Math.min(configurations, SOME) }, (_, number) => number)
    const whole = some.every((number) => pruner.rungs(number, epochs).length === 1)
    return whole ? configurations * repeats * epochs : null
  }

  get finished(): boolean {
    return this.#study.finished
  }

  /** A job to do now, if there is one. */
  ask(): Piece | undefined {
    const job = this.#study.ask()
    return job === undefined ? undefined : { ...job, seed: seedOf(this.#spec, job) }
  }

  /** A worker has begun a job. */
  begun({ trial, to }: Piece): void {
    this.#journal.append({ event: 'start', trial, to, time: Date.now() })
  }

  /** Takes how a job ended. */
  take(piece: Piece, ended: AtEnd): void {
    const { trial, to, configuration } = piece
    const { epochs, curve, seconds } = ended
    const kept = { event: 'result', trial, to, epochs, curve, seconds, time: Date.now() } as const
    if (ended.state === 'done') {
      const { value, weightsSha256 } = ended
      this.#journal.append({ ...kept, value, weightsSha256 })
    } else this.#journal.append({ ...kept, value: null, error: ended.error, weightsSha256: null })
    const result: Result =
      ended.state === 'done' ? { trial, to, value: ended.value } : { trial, to, error: ended.error }
    this.#study.tell(result)
    this.#tally.ended(piece, result)
    const reached = this.#study.outcome(configuration)
    if (reached?.epochs === to) this.#tally.reached(reached, this.#study)
  }

  /** A job is to be done again, by whoever comes next. */
  giveBack(piece: Piece): void {
    this.#study.giveBack(piece)
    const { trial, to } = piece
    this.#journal.append({ event: 'interrupted', trial, to, time: Date.now() })
  }

  end(reason: EndEvent['reason']): void {
    this.#journal.append({ event: 'end', reason, time: Date.now() })
  }

  /** How far the sweep is, and its best. */
  get reached(): Reached {
    const { best, count } = this.#tally
    return {
      ...count,
      best: best === undefined ? undefined : { ...best, value: metricOf(this.#spec, best) },
    }
  }

  #decided(task: Task): void {
    this.#journal.append(taskEvent(task))
    this.#tally.decided(task)
  }
}
