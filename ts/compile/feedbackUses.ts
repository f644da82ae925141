import { INPUT, type Matrix } from '../rules/signals.js'
import { changed, type FeedbackName, type FeedbackOptions } from './feedbackOptions.js'

/** Whether the matrix begins with values that are drawn, or of the size that draws would have. */
const isScaled = (matrix: Matrix): boolean =>
  matrix.kind !== 'weights' &&
  matrix.kind !== 'inverse' &&
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

/** Whether it leads to a block besides: what leads to the input is one, and whole. */
const isToBlock = (matrix: Matrix): boolean => isFixed(matrix) && matrix.block !== INPUT

/** What each option chooses, and of which matrices. */
const chosen: Readonly<Record<FeedbackName, readonly [string, (matrix: Matrix) => boolean]>> = {
  feedbackScale: ['scale', isScaled],
  feedbackScaling: ['scale', isScaled],
  feedbackDistribution: ['distribution', isDrawn],
  feedbackRank: ['rank', ({ kind }) => kind === 'fixed'],
  feedbackDensity: ['density', isToBlock],
  feedbackGrid: ['grid', isFixed],
  feedbackShared: ['sharing', isToBlock],
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
  readonly name: FeedbackName
  readonly reason: string
}

/** The options that one or another of a rule's matrices has a use for. */
export const used = (matrices: readonly Matrix[]): FeedbackName[] =>
  (Object.keys(chosen) as FeedbackName[]).filter((name) => matrices.some(chosen[name][1]))

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
