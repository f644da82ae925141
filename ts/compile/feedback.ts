import type { Init, Role, Tensor } from '../engine/program.js'
import { blockAt, widthBelow, type Network } from '../network/index.js'
import type { Matrix } from '../rules/vocabulary.js'
import { names } from './names.js'

/** What is chosen of the matrices that carry signals: nothing ties them to the weights. */
export interface FeedbackOptions {
  /** A factor on the default reach of every feedback and direct matrix. */
  readonly feedbackScale: number
  /**
   * Rank of the fixed feedback matrices: B [I × O] = left [I × rank] · right [rank × O], which
   * cuts the multiply-adds of a signal from I · O to rank · (I + O). Full unless told; a matrix of
   * no more rows or columns than that stays whole.
   */
  readonly feedbackRank?: number | undefined
}

/** Reach of hidden feedback relative to √(3 / outputs): above 1, B is the hidden learning rate. */
const HIDDEN_FEEDBACK = 2
/** Reach of what carries the output's own error down. */
const TOP_FEEDBACK = 0.2

/** The rank of a block's feedback matrix, if that lies in two factors. */
export function rankOf(network: Network, block: number, options: FeedbackOptions) {
  const { feedbackRank: rank } = options
  const least = Math.min(widthBelow(network, block), blockAt(network, block).width)
  return rank !== undefined && rank < least ? rank : undefined
}

/** The feedback and direct matrices that the rule's signals name, each once. */
export function feedback(
  network: Network,
  options: FeedbackOptions,
  matrices: readonly Matrix[],
): Tensor[] {
  const tensors = matrices.flatMap(({ kind, block }) => {
    if (kind === 'fixed') return fixedMatrix(network, options, block)
    return kind === 'direct' ? [directMatrix(network, options, block)] : []
  })
  return [...new Map(tensors.map((one) => [one.name, one])).values()]
}

function fixedMatrix(network: Network, options: FeedbackOptions, block: number): Tensor[] {
  const { width } = blockAt(network, block)
  const { length } = network.blocks
  const below = widthBelow(network, block)
  const top = block === length - 1
  const reach =
    (top ? TOP_FEEDBACK : HIDDEN_FEEDBACK * Math.sqrt(3 / width)) * options.feedbackScale
  const rank = rankOf(network, block, options)
  if (rank === undefined) {
    return [tensor(names.feedback(block), 'feedback', [below, width], reach, block)]
  }
  // Sums of `rank` products with the variance of the whole matrix's elements, reach² / 3.
  const factor = ((3 * reach ** 2) / rank) ** 0.25
  return [
    tensor(names.feedbackLeft(block), 'feedback', [below, rank], factor, 2 * length + block),
    tensor(names.feedbackRight(block), 'feedback', [rank, width], factor, 3 * length + block),
    tensor(names.carried(block), 'rows', [rank]),
  ]
}

function directMatrix(network: Network, { feedbackScale }: FeedbackOptions, block: number): Tensor {
  const { length } = network.blocks
  const classes = blockAt(network, length - 1).width
  const shape = [classes, blockAt(network, block).width]
  // Direct matrices draw past the indices of the feedback matrices.
  const index = length + block
  return tensor(names.direct(block), 'direct', shape, TOP_FEEDBACK * feedbackScale, index)
}

/** Zeros, or drawn from U(±range) of the stream `feedback`. */
function tensor(name: string, role: Role, shape: number[], range?: number, index = 0): Tensor {
  const init: Init =
    range === undefined ? { kind: 'zeros' } : { kind: 'uniform', range, stream: 'feedback', index }
  return { name, role, shape, init, structure: { kind: 'dense' }, grid: 'f32' }
}
