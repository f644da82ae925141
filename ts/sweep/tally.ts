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
    this.#best = ranked(study.outcomes())[0]
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

  /** A configuration of the study has come to a rung in all its repeats. */
  reached(outcome: Outcome, study: Study): void {
    const best = this.#best
    const own = outcome.configuration === best?.configuration
    const others = best === undefined || own ? [] : [best]
    // Where the best fails on its way up, only a look at all tells which one is now.
    const found = own && !(outcome.value < Infinity) ? study.outcomes() : [outcome, ...others]
    this.#best = ranked(found)[0]
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
