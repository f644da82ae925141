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
  make: (options) => ({
    rungs: (_, epochs) => {
      const { first, interval } = options
      const count = Math.max(0, Math.ceil((epochs - first) / interval))
      return [...Array.from({ length: count }, (_, i) => first + i * interval), epochs]
    },
    next: (standings) => {
      return standings.find(
        (one) => mayGoOn(one) && one.value <= medianBefore(one, standings, options.least),
      )
    },
  }),
})

/** Of the values that were known before at its rung; no bound where there are too few. */
function medianBefore(one: Standing, standings: readonly Standing[], least: number): number {
  const before = standings.slice(0, standings.indexOf(one)).filter(({ rung }) => rung === one.rung)
  if (before.length < least) return Infinity
  const values = Float64Array.from(before, ({ value }) => value).sort()
  const half = values.length >> 1
  const upper = values[half] ?? Infinity
  return values.length % 2 === 1 ? upper : ((values[half - 1] ?? upper) + upper) / 2
}
