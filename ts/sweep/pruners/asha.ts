import * as v from 'valibot'
import { eta, first } from './options.js'
import { mayGoOn, pruner, type Standing } from './pruner.js'

/**
 * Asynchronous successive halving: of those that have come to a rung, the best 1 / `eta` go on, from
 * the highest rung first. Li et al. 2020, A System for Massively Parallel Hyperparameter Tuning,
 * arXiv 1810.05934, algorithm 2.
 */
export const asha = pruner({
  name: 'asha',
  about: 'of those at a rung, after first · eta^k epochs, the best 1 / eta go on',
  options: v.strictObject({ eta, first }),
  make: (options) => ({
    rungs: (_, epochs) => geometricRungs(options.first, options.eta, epochs),
    next: (standings) => promotable(standings, options.eta),
  }),
})

/** `first`, `first` · `eta`, … as long as below `epochs`, then `epochs`. */
export function geometricRungs(first: number, eta: number, epochs: number): number[] {
  const rungs: number[] = []
  for (let at = first; at < epochs; at *= eta) rungs.push(at)
  return [...rungs, epochs]
}

/** The best that may go on, from the highest rung where one may. */
export function promotable(standings: readonly Standing[], eta: number): Standing | undefined {
  const rungs = new Map<number, Standing[]>()
  for (const standing of standings) {
    const mates = rungs.get(standing.rung)
    if (mates === undefined) rungs.set(standing.rung, [standing])
    else mates.push(standing)
  }
  const fromTop = [...rungs].sort(([a], [b]) => b - a)
  for (const [, rung] of fromTop) {
    // Not sorted: of thousands at a rung that would take longer than many a training.
    const next = rung.filter(mayGoOn).reduce<Standing | undefined>(better, undefined)
    if (next === undefined) continue
    const before = rung.filter((mate) => order(mate, next) < 0).length
    if (before < Math.floor(rung.length / eta)) return next
  }
  return undefined
}

const better = (best: Standing | undefined, one: Standing): Standing =>
  best === undefined || order(one, best) < 0 ? one : best

/** Below 0 where `a` comes before `b`: by value, which may be infinite, then by number. */
function order(a: Standing, b: Standing): number {
  if (a.value === b.value) return a.configuration - b.configuration
  return a.value < b.value ? -1 : 1
}
