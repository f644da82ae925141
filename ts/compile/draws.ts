import type { Init, Role, Tensor } from '../engine/program.js'
import { feedbackDefaults } from './feedbackOptions.js'
import type { Context } from './phase.js'
import { tensor } from './tensors.js'

/** The least reach of B at the output. */
const TOP_FEEDBACK = 0.06
/**
 * Of the B below it, relative to √(3 / outputs), where that leaves the one at the output its least.
 */
const HIDDEN_FEEDBACK = 4
/** What the reaches multiply to: the first block is to learn about as fast as the output. */
const FIRST_FEEDBACK = 0.96
/** Reach of what carries the output's error to each block directly. */
const DIRECT_FEEDBACK = 0.2

/** The reach of uniform draws with the variance that is wanted; relative to that unless told. */
export function scaled({ options }: Context, relative: number): number {
  const { feedbackScale: scale = feedbackDefaults.feedbackScale } = options
  if (options.feedbackScaling !== 'absolute') return relative * scale
  return options.feedbackDistribution === 'normal' ? Math.sqrt(3) * scale : scale
}

/** Of the matrix that stands in for a block's weight. */
export function reachOf(context: Context, block: number): number {
  const { layouts } = context
  const last = layouts.length - 1
  const top = Math.max(FIRST_FEEDBACK / HIDDEN_FEEDBACK ** (last - 1), TOP_FEEDBACK)
  if (block === last) return scaled(context, top)
  const hidden = (FIRST_FEEDBACK / top) ** (1 / (last - 1))
  return scaled(context, hidden * Math.sqrt(3 / (layouts[block]?.fanOut ?? 1)))
}

/** Of one that leads from the output straight to a block. */
export const directReach = (context: Context): number => scaled(context, DIRECT_FEEDBACK)

/** Drawn from the distribution that was chosen, with the variance of U(±reach). */
export function random(
  { options }: Context,
  name: string,
  role: Role,
  shape: number[],
  { reach, index }: { reach: number; index: number },
): Tensor {
  const from = { stream: 'feedback', index } as const
  const init: Init =
    options.feedbackDistribution === 'normal'
      ? { kind: 'normal', deviation: reach / Math.sqrt(3), ...from }
      : { kind: 'uniform', range: reach, ...from }
  return tensor(name, role, shape, init)
}
