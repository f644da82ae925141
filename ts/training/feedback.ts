import {
  changed,
  distributions,
  grids,
  isFeedbackScale,
  scalings,
  type FeedbackName,
  type FeedbackOptions,
} from '../compile/feedbackOptions.js'
import { unused, used, type Unused } from '../compile/feedbackUses.js'
import { carriersOf } from '../compile/index.js'
import { UsageError } from '../errors.js'
import { parseNetwork, type Network } from '../network/index.js'
import type { Rule } from '../rules/index.js'
import type { Matrix } from '../rules/signals.js'
import { among, share, whole, within } from './checks.js'
import { losses } from './losses.js'
import { optimizers } from './optimizers.js'

/** The options of feedback, each checked. Throws `UsageError`. */
export function checkedFeedback(options: FeedbackOptions): FeedbackOptions {
  const { feedbackScaling = 'relative', feedbackDistribution = 'uniform' } = options
  const { feedbackRank, feedbackAngle, feedbackShared = false } = options
  const { feedbackScale = 1, feedbackDensity = 1, feedbackGrid = 'f32' } = options
  if (typeof feedbackScale !== 'number' || !isFeedbackScale(feedbackScale)) {
    const found = JSON.stringify(feedbackScale)
    throw new UsageError(`feedbackScale ${found} is not a number above 0, at most 1e6`)
  }
  if (typeof feedbackShared !== 'boolean') {
    const found = JSON.stringify(feedbackShared)
    throw new UsageError(`feedbackShared ${found} is not true or false`)
  }
  return {
    feedbackScale,
    feedbackScaling: among('feedbackScaling', feedbackScaling, scalings),
    feedbackDistribution: among('feedbackDistribution', feedbackDistribution, distributions),
    feedbackRank:
      feedbackRank === undefined ? undefined : whole('feedbackRank', feedbackRank, 1, 1e6),
    feedbackDensity: share('feedbackDensity', feedbackDensity),
    feedbackGrid: among('feedbackGrid', feedbackGrid, grids),
    feedbackShared,
    feedbackAngle:
      feedbackAngle === undefined ? undefined : within('feedbackAngle', feedbackAngle, 0, 180),
  }
}

/** What of the feedback that was chosen a rule has no use for on a network, and why. */
export function unusedFeedback(rule: Rule, network: Network, options: FeedbackOptions): Unused[] {
  if (changed(options).length === 0) return []
  return unused(options, rule.name, matricesOf(rule, network))
}

/** The options of feedback that a rule has a use for, on a network of dense blocks. */
export const usedFeedback = (rule: Rule): FeedbackName[] =>
  used(matricesOf(rule, parseNetwork('4-4-4-2')))

/** The matrices that carry a rule's signals. */
function matricesOf(rule: Rule, network: Network): readonly Matrix[] {
  // None of these says which there are.
  const loss = losses.crossEntropy()
  const optimizer = optimizers.sgd({ learningRate: 1 })
  const others = { loss, optimizer, batch: 1, reduction: 'mean', labels: true } as const
  return carriersOf({ network, rule, ...others, weightScale: 1, scale: 1, shift: 0 })
}

/** Throws `UsageError` where a rule has no use for what was chosen. */
export function checkUse(rule: Rule, network: Network, options: FeedbackOptions): void {
  const [first] = unusedFeedback(rule, network, options)
  if (first === undefined) return
  const { name, reason } = first
  throw new UsageError(`${name} ${options[name]}: ${reason}; leave it out`)
}
