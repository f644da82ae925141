import type * as v from 'valibot'
import type { Choosable } from '../choice.js'
import type { Parameters } from '../job.js'
import type { Space } from '../space.js'

/** How far a configuration was trained, and what it came to there. */
export interface Outcome {
  readonly configuration: number
  readonly parameters: Parameters
  readonly epochs: number
  /** Lower is better, whatever the metric; infinite where a trial of it failed. */
  readonly value: number
}

/** Chooses configurations, by a sweep's seed and by what earlier ones came to. */
export interface Sampler {
  /** How many configurations there are; undefined without end. */
  readonly size: number | undefined
  /**
   * The configuration of this number, from 0, below `size`: always the same for the same outcomes
   * and open ones. Each configuration stands in `outcomes` once, where it got furthest, by ascending
   * number; `open` are those that were chosen earlier and have no outcome yet.
   */
  readonly draw: (
    configuration: number,
    outcomes: readonly Outcome[],
    open: readonly Parameters[],
  ) => Parameters
}

/** What a sampler chooses from and by. */
export interface Sampled {
  readonly space: Space
  /** A whole number of at least 0. */
  readonly seed: number
}

/** Throws `UsageError` where the space is not one for the sampler. */
export type SamplerMaker = (sampled: Sampled) => Sampler

/** Defines a sampler: its options, each with a default, and what is made of them. */
export function sampler<
  const S extends v.StrictObjectSchema<Readonly<Record<string, v.GenericSchema>>, undefined>,
>(definition: Choosable<SamplerMaker, S>): Choosable<SamplerMaker> {
  // The schema has checked what `make` is called with.
  return definition as unknown as Choosable<SamplerMaker>
}
