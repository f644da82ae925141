import * as v from 'valibot'
import { whole } from '../../values.js'
import { first } from './options.js'
import { mayGoOn, pruner, type Standing } from './pruner.js'

/**
 * Goes on with what is no worse than the median of those that were there before. Golovin et al.
 * 2017, Google Vizier, section 3.2.2, but for the values: those at the epoch, not their mean so far,
 * as errors fall from epoch to epoch.
 */
export const median = pruner({
  name: 'median',
  about: 'goes on with what is no worse than the median of those before, every few epochs',
  options: v.strictObject({
    first,
    /** Epochs between judgements. */
    interval: v.optional(whole(1, 1e9), 1),
    /** So many at a rung go on unjudged. */
    least: v.optional(whole(1, 1e6), 5),
  }),
  make: ({ first, interval, least }) => {
    const judge = new Judge(least)
    return {
      rungs: (_, epochs) => {
        const count = Math.max(0, Math.ceil((epochs - first) / interval))
        return [...Array.from({ length: count }, (_, i) => first + i * interval), epochs]
      },
      next: (standings) => {
        const judged = judge.all(standings)
        return standings.find((one, place) => judged[place]?.good === true && mayGoOn(one))
      },
    }
  },
})

interface Judgement {
  readonly rung: number
  readonly value: number
  /** Whether it is no worse than the median of the values known before at its rung. */
  readonly good: boolean
}

/** Judges each standing once: what becomes known later does not change what was found. */
class Judge {
  /** So few before it tell nothing. */
  readonly #least: number
  /** By the place of the standing. */
  #judged: Judgement[] = []
  /** Ascending, by rung. */
  readonly #values = new Map<number, number[]>()

  constructor(least: number) {
    this.#least = least
  }

  all(standings: readonly Standing[]): readonly Judgement[] {
    // One that failed and was tried again has another value, and so have medians after it.
    const same = this.#judged.every(({ rung, value }, place) => {
      const standing = standings[place]
      return standing?.rung === rung && standing.value === value
    })
    if (!same) {
      this.#judged = []
      this.#values.clear()
    }
    for (const one of standings.slice(this.#judged.length)) this.#judged.push(this.#judge(one))
    return this.#judged
  }

  #judge({ rung, value }: Standing): Judgement {
    const before = this.#values.get(rung) ?? []
    this.#values.set(rung, before)
    const good = before.length < this.#least || value <= medianOf(before)
    before.splice(placeOf(value, before), 0, value)
    return { rung, value, good }
  }
}

/** Of ascending values, at least one. */
function medianOf(values: readonly number[]): number {
  const half = values.length >> 1
  const upper = values[half] ?? Infinity
  return values.length % 2 === 1 ? upper : ((values[half - 1] ?? upper) + upper) / 2
}

/** How many of ascending values are below one. */
function placeOf(value: number, values: readonly number[]): number {
  let [from, to] = [0, values.length]
  while (from < to) {
    const middle = (from + to) >> 1
    if ((values[middle] ?? Infinity) < value) from = middle + 1
    else to = middle
  }
  return from
}
