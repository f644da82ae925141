import type { Grid } from '../engine/program.js'

/** The grids that feedback may lie on. */
export const grids = ['f32', 'bf16', 'int8', 'sign', 'ternary'] as const satisfies readonly Grid[]
export const distributions = ['uniform', 'normal'] as const
export const scalings = ['relative', 'absolute'] as const

/** Whether feedback can have such a scale: in single precision, as the engine has it. */
export const isFeedbackScale = (scale: number): boolean =>
  Math.fround(scale) > 0 && Math.fround(scale) <= 1e6

/** What is chosen of the matrices that carry signals: nothing ties them to the weights. */
export interface FeedbackOptions {
  /**
   * Scale of every feedback and direct matrix, above 0 and at most 1e6; 1 unless told. What it
   * scales is said by `feedbackScaling`, and by `feedbackAngle` where there is one.
   */
  readonly feedbackScale?: number | undefined
  /**
   * `relative` unless told: the scale is a factor on a reach that goes with 1 / √fan-out, or is a
   * fixed one for what carries the output's own error. `absolute`: it is the reach itself of a
   * uniform distribution, the deviation of a normal one.
   */
  readonly feedbackScaling?: (typeof scalings)[number] | undefined
  /** What elements are drawn from, `uniform` unless told; both have the same variance. */
  readonly feedbackDistribution?: (typeof distributions)[number] | undefined
  /**
   * Rank of the fixed feedback matrices: B [I × O] = left [I × rank] · right [rank × O], which
   * cuts the multiply-adds of a signal from I · O to rank · (I + O). Full unless told; a matrix of
   * no more rows or columns than that stays whole.
   */
  readonly feedbackRank?: number | undefined
  /**
   * Share of the neurons above, or of the outputs for direct matrices, that a neuron hears: above
   * 0, all (1) unless told. 16 neighbours hear the same ones, drawn at random; elements grow by
   * 1 / √share, so that a signal keeps its variance.
   */
  readonly feedbackDensity?: number | undefined
  /**
   * The values that elements may take, f32 unless told. `int8` are whole numbers times a power of
   * two, `sign` one value and its negative, `ternary` those and zero, which keep a signal's
   * variance.
   */
  readonly feedbackGrid?: Grid | undefined
  /**
   * Whether blocks whose matrices are alike, in shape and in reach, share the first one's; each has
   * its own unless told.
   */
  readonly feedbackShared?: boolean | undefined
  /**
   * The angle between a feedback matrix and its weight at the start, 0 to 180 degrees; none unless
   * told, and B owes nothing to W. B is then `feedbackScale` times W, turned by normal noise: 0 is
   * W itself, 90 stands at a right angle to it.
   */
  readonly feedbackAngle?: number | undefined
}

/** What each option is unless told. */
export const feedbackDefaults = {
  feedbackScale: 1,
  feedbackScaling: 'relative',
  feedbackDistribution: 'uniform',
  feedbackRank: undefined,
  feedbackDensity: 1,
  feedbackGrid: 'f32',
  feedbackShared: false,
  feedbackAngle: undefined,
} as const satisfies Required<FeedbackOptions>

export type FeedbackName = keyof FeedbackOptions

const names = Object.keys(feedbackDefaults) as FeedbackName[]

/** Names of the options that were told otherwise than they are by default. */
export const changed = (options: FeedbackOptions): FeedbackName[] =>
  names.filter((name) => (options[name] ?? feedbackDefaults[name]) !== feedbackDefaults[name])
