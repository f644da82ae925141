import type { Grid } from '../engine/program.js'
import { UsageError } from '../errors.js'
import { layoutsOf, type Network } from '../network/index.js'
import type { Matrix } from '../rules/signals.js'
import { needsDense } from './maps.js'
import type { WeightOptions } from './tensors.js'

/** The grids that feedback may lie on. */
export const grids = ['f32', 'bf16', 'int8', 'sign', 'ternary'] as const satisfies readonly Grid[]
export const distributions = ['uniform', 'normal'] as const
export const scalings = ['relative', 'absolute'] as const

/** What is chosen of the matrices that carry signals: nothing ties them to the weights. */
export interface FeedbackOptions {
  /**
   * Scale of every feedback and direct matrix, from 0 up; 1 unless told. What it scales is said by
   * `feedbackScaling`, and by `feedbackAngle` where there is one.
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
   * told, and B owes nothing to W. B is then `feedbackScale` times W, turned by normal noise: 0 is W
   * itself, 90 stands at a right angle to it.
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

type Name = keyof FeedbackOptions

const names = Object.keys(feedbackDefaults) as Name[]

/** Names of the options that were told otherwise than they are by default. */
export const changed = (options: FeedbackOptions): Name[] =>
  names.filter((name) => (options[name] ?? feedbackDefaults[name]) !== feedbackDefaults[name])

/** Whether the matrix begins with values that are drawn, or of the size that draws would have. */
const isScaled = (matrix: Matrix): boolean =>
  matrix.kind !== 'weights' &&
  (matrix.kind !== 'mirror' || matrix.mirroring.how !== 'pseudoinverse')

const isDrawn = (matrix: Matrix): boolean =>
  isScaled(matrix) && (matrix.kind !== 'mirror' || matrix.mirroring.how !== 'sign')

/** Whether no step and no weight ever changes it. */
const isFixed = ({ kind }: Matrix): boolean => kind === 'fixed' || kind === 'direct'

/** Whether it has the shape of a weight, and values of its own at the start. */
const isBesideWeight = (matrix: Matrix): boolean =>
  matrix.kind === 'fixed' ||
  matrix.kind === 'learned' ||
  (matrix.kind === 'mirror' && matrix.mirroring.how === 'add')

const isBelowOutput = (matrix: Matrix): boolean => isFixed(matrix) && matrix.block >= 0

/** What each option chooses, and of which matrices. */
const chosen: Readonly<Record<Name, readonly [string, (matrix: Matrix) => boolean]>> = {
  feedbackScale: ['scale', isScaled],
  feedbackScaling: ['scale', isScaled],
  feedbackDistribution: ['distribution', isDrawn],
  feedbackRank: ['rank', ({ kind }) => kind === 'fixed'],
  feedbackDensity: ['density', isBelowOutput],
  feedbackGrid: ['grid', isFixed],
  feedbackShared: ['sharing', isBelowOutput],
  feedbackAngle: ['angle to the weights', isBesideWeight],
}

/** How a rule carries signals, by the kind of matrix that it does so with. */
const ways: Readonly<Record<Matrix['kind'], string>> = {
  weights: 'carries its errors through the weights',
  fixed: 'carries its errors through fixed matrices',
  direct: 'carries its signal straight from the output',
  learned: 'trains its feedback',
  mirror: 'lets its feedback follow the weights',
  inverse: 'carries its errors through pseudoinverses',
}

/** An option of feedback that a rule has no use for, and why. */
export interface Unused {
  readonly name: Name
  readonly reason: string
}

/** The options told that none of a rule's matrices has a use for. */
export function unused(
  options: FeedbackOptions,
  rule: string,
  matrices: readonly Matrix[],
): Unused[] {
  const kind = matrices[0]?.kind
  const way = kind === undefined ? 'carries no signal through a matrix' : ways[kind]
  return changed(options).flatMap((name) => {
    const [what, has] = chosen[name]
    if (matrices.some(has)) return []
    return [{ name, reason: `rule ${rule} ${way}: it has no B whose ${what} could be chosen` }]
  })
}

/** Throws `UsageError` where options of feedback cannot be, or not together. */
export function checkFeedback(network: Network, options: FeedbackOptions & WeightOptions): void {
  for (const name of changed(options)) {
    if (!onlyDense.includes(name)) continue
    needsDense(network, name, 'leave it out, or use a dense block', 1)
  }
  checkTogether(options)
  checkRank(network, options.feedbackRank)
  if (options.feedbackAngle === undefined || options.weightScale > 0) return
  throw new UsageError(
    'feedbackAngle: weights that are all zero have no direction; leave it out, or choose a ' +
      'weightScale above 0',
  )
}

const onlyDense: readonly Name[] = ['feedbackRank', 'feedbackDensity', 'feedbackGrid']

function checkTogether(options: FeedbackOptions): void {
  const names = changed(options)
  if (names.includes('feedbackRank') && names.includes('feedbackDensity')) {
    throw new UsageError('feedback is of low rank or sparse, not both: choose a rank or a density')
  }
  const other = names.find((name) => name !== 'feedbackAngle' && name !== 'feedbackScale')
  if (!names.includes('feedbackAngle') || other === undefined) return
  throw new UsageError(
    `feedback at an angle to the weights is made of them: leave out feedbackAngle or ${other}`,
  )
}

function checkRank(network: Network, rank: number | undefined): void {
  const above = layoutsOf(network).slice(1)
  const most = Math.max(0, ...above.map(({ weight }) => Math.min(...weight)))
  if (rank === undefined || rank <= most) return
  throw new UsageError(
    `feedbackRank ${rank}: of what carries errors in this network no matrix has more than ${most} ` +
      `rows and columns; choose at most ${most}, or leave it out`,
  )
}
