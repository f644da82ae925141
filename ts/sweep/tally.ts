import type { Count } from './events.js'
import type { Job, Result } from './job.js'
import { ranked } from './ranking.js'
import type { Outcome } from './samplers/sampler.js'
import type { Study, StudyOptions } from './study.js'
import type { Task } from './task.js'

/** How far a sweep is, kept as it goes: what a result adds takes no look at all the others. */
export class Tally {
  readonly #options: StudyOptions
  #done = 0
  #failed = 0
  /** Epochs of jobs: of those at their end, and of those decided. */
  #epochs = 0
  #decided = 0
  #configurations = 0
  #best: Outcome | undefined

  constructor(options: StudyOptions) {
    this.#options = options
  }

  /** Takes in all that a study knows. */
  takeIn(study: Study): void {
    for (const open of study.tasks.flat()) {
      this.decided(open.task)
      for (let repeat = 0; repeat < this.#options.repeats; repeat++) {
        const result = open.result(repeat)
        if (result !== undefined) this.ended(open.task, result)
      }
    }
    this.#best = ranked(study.outcomes())[0]
  }

  decided({ rung, from, to }: Task): void {
    if (rung === 0) this.#configurations++
    this.#decided += (to - from) * this.#options.repeats
  }

  ended({ from, to, last }: Pick<Job, 'from' | 'to' | 'last'>, result: Result): void {
    const failed = 'error' in result
    this.#epochs += to - from
    this.#failed += Number(failed)
    this.#done += Number(last || failed)
  }

  /** A configuration has come to a rung in all its repeats. */
  reached(outcome: Outcome): void {
    if (outcome.value === Infinity) return
    this.#best = ranked([outcome, ...(this.#best === undefined ? [] : [this.#best])])[0]
  }

  get best(): Outcome | undefined {
    return this.#best
  }

  get count(): Count {
    const { configurations, repeats } = this.#options
    return {
      done: this.#done,
      failed: this.#failed,
      trials: configurations * repeats,
      epochs: this.#epochs,
      expected: this.#expected,
    }
  }

  /** Epochs of the whole sweep, if those to come are trained for as long as those so far. */
  get #expected(): number {
    const { configurations, epochs, repeats } = this.#options
    const seen = this.#configurations
    const each = seen === 0 ? epochs * repeats : this.#decided / seen
    return this.#decided + (configurations - seen) * each
  }
}
