import type { Outcome } from './samplers/sampler.js'

/** One value for the repeats of a configuration; lower is better. */
type Aggregate = (values: readonly number[]) => number

const mean: Aggregate = (values) => values.reduce((sum, value) => sum + value, 0) / values.length

const median: Aggregate = (values) => {
  const sorted = Float64Array.from(values).sort()
  const half = sorted.length >> 1
  const upper = sorted[half] ?? NaN
  return sorted.length % 2 === 1 ? upper : ((sorted[half - 1] ?? NaN) + upper) / 2
}

/** The mean and a standard deviation more: what a configuration does in a bad repeat. */
const bound: Aggregate = (values) => {
  const centre = mean(values)
  const squares = values.reduce((sum, value) => sum + (value - centre) ** 2, 0)
  return values.length < 2 ? centre : centre + Math.sqrt(squares / (values.length - 1))
}

/** By name, as a spec's `rank` has it. */
export const aggregates = { mean, median, bound } as const

/**
 * Those that have a value, the best first: of those trained furthest, by value; by number where
 * these are alike.
 */
export function ranked(outcomes: readonly Outcome[]): Outcome[] {
  return outcomes
    .filter(({ value }) => value < Infinity)
    .sort((a, b) => b.epochs - a.epochs || a.value - b.value || a.configuration - b.configuration)
}
