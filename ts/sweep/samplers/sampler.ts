import type { Parameters } from '../job.js'

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
  readonly name: string
  /** How many configurations there are; undefined without end. */
  readonly size: number | undefined
  /**
   * The configuration of this number, from 0, below `size`: always the same for the same outcomes.
   * Each configuration stands in these once, where it got furthest, by ascending number.
   */
  readonly draw: (configuration: number, outcomes: readonly Outcome[]) => Parameters
}
