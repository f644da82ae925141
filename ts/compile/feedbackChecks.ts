import { UsageError } from '../errors.js'
import { layoutsOf, type Network } from '../network/index.js'
import { changed, type FeedbackName, type FeedbackOptions } from './feedbackOptions.js'
import { needsDense } from './maps.js'
import type { WeightOptions } from './tensors.js'

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

const onlyDense: readonly FeedbackName[] = ['feedbackRank', 'feedbackDensity', 'feedbackGrid']

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
