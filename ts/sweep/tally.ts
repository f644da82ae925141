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
  #epochs = 0
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
    const [best] = ranked(study.outcomes())
    if (best !== undefined) this.reached(best)
  }

  /** Trials that rested at a rung and are trained on are at rest no more. */
  decided({ rung }: Task): void {
    if (rung > 0) this.#done -= this.#options.repeats
  }

  ended({ from, to }: Pick<Job, 'from' | 'to'>, result: Result): void {
    this.#done++
    this.#epochs += to - from
    this.#failed += Number('error' in result)
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
    const trials = configurations * repeats
    return { done: this.#done, failed: this.#failed, trials, epochs: this.#epochs }
  }
}
