import * as v from 'valibot'
import { geometricRungs, promotable } from './asha.js'
import { eta, first } from './options.js'
import { pruner, type Standing } from './pruner.js'

/**
 * Successive halving in brackets that begin at later and later rungs, so that a search does not
 * hang on how early a good configuration shows. Li et al. 2018, Hyperband, JMLR 18-185, algorithm 1,
 * in whose proportions configurations come to brackets; within a bracket they are halved as by
 * `asha`.
 */
export const hyperband = pruner({
  name: 'hyperband',
  about: 'asha in brackets: each begins at a later rung, with fewer configurations',
  options: v.strictObject({ eta, first }),
  make: (options) => ({
    rungs: (configuration, epochs) => {
      const rungs = geometricRungs(options.first, options.eta, epochs)
      return rungs.slice(bracketOf(configuration, rungs.length, options.eta))
    },
    next: (standings) => {
      for (const bracket of byBracket(standings)) {
        const next = promotable(bracket, options.eta)
        if (next !== undefined) return next
      }
      return undefined
    },
  }),
})

/** Fractions of its multiples fill the unit interval evenly, however many there are. */
const GOLDEN = (Math.sqrt(5) - 1) / 2

/** The rung at which a configuration begins, of so many. */
function bracketOf(configuration: number, rungs: number, eta: number): number {
  const shares = Array.from({ length: rungs }, (_, begin) => {
    const halvings = rungs - 1 - begin
    return Math.ceil((rungs / (halvings + 1)) * eta ** halvings)
  })
  const total = shares.reduce((sum, share) => sum + share, 0)
  let place = ((configuration * GOLDEN) % 1) * total
  return Math.max(
    0,
    shares.findIndex((share) => (place -= share) < 0),
  )
}

/** The standings of each bracket, which is known by where its configurations begin. */
function byBracket(standings: readonly Standing[]): Standing[][] {
  const begins = new Map<number, number>()
  const brackets = new Map<number, Standing[]>()
  for (const standing of standings) {
    if (standing.rung === 0) begins.set(standing.configuration, standing.epochs)
    const begin = begins.get(standing.configuration) ?? standing.epochs
    const mates = brackets.get(begin)
    if (mates === undefined) brackets.set(begin, [standing])
    else mates.push(standing)
  }
  return [...brackets].sort(([a], [b]) => a - b).map(([, mates]) => mates)
}
