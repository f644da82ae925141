import type { Grid, Init, Role, Structure, Tensor } from '../engine/program.js'
import { UsageError } from '../errors.js'
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
  /**
   * Share of the neurons above, or of the outputs for direct matrices, that a neuron hears: above
   * 0, all (1) unless told. 16 neighbours hear the same ones, drawn at random; elements grow by
   * 1 / √share, so that a signal keeps its variance.
   */
  readonly feedbackDensity?: number | undefined
  /**
   * The values that elements may take, f32 unless told. `int8` are whole numbers times a power of
   * two, `sign` one value and its negative, which keep a signal's variance.
   */
  readonly feedbackGrid?: Grid | undefined
}

/** The grids that feedback may lie on. */
export const grids = ['f32', 'bf16', 'int8', 'sign'] as const satisfies readonly Grid[]

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
  if (options.feedbackRank !== undefined && (options.feedbackDensity ?? 1) < 1) {
    throw new UsageError('feedback is of low rank or sparse, not both: choose a rank or a density')
  }
  const tensors = matrices.flatMap(({ kind, block }) => {
    if (kind === 'fixed') return fixedMatrix(network, options, block)
    return kind === 'direct' ? [directMatrix(network, options, block)] : []
  })
  const { feedbackGrid: grid = 'f32' } = options
  const onGrid = tensors.map((one) => (one.role === 'rows' ? one : { ...one, grid }))
  return [...new Map(onGrid.map((one) => [one.name, one])).values()]
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
    const whole = tensor(names.feedback(block), 'feedback', [below, width], reach, block)
    return [sparse(whole, options, width, 4 * length + block)]
  }
  // Sums of `rank` products with the variance of the whole matrix's elements, reach² / 3.
  const factor = ((3 * reach ** 2) / rank) ** 0.25
  return [
    tensor(names.feedbackLeft(block), 'feedback', [below, rank], factor, 2 * length + block),
    tensor(names.feedbackRight(block), 'feedback', [rank, width], factor, 3 * length + block),
    tensor(names.carried(block), 'rows', [rank]),
  ]
}

function directMatrix(network: Network, options: FeedbackOptions, block: number): Tensor {
  const { length } = network.blocks
  const classes = blockAt(network, length - 1).width
  const shape = [classes, blockAt(network, block).width]
  const reach = TOP_FEEDBACK * options.feedbackScale
  // Direct matrices draw past the indices of the feedback matrices.
  const whole = tensor(names.direct(block), 'direct', shape, reach, length + block)
  return sparse(whole, options, classes, 5 * length + block)
}

/** A uniform tensor, or what `feedbackDensity` leaves of it; `senders` are those to choose from. */
function sparse(
  whole: Tensor,
  { feedbackDensity: density = 1 }: FeedbackOptions,
  senders: number,
  index: number,
): Tensor {
  const { init } = whole
  if (density === 1 || init.kind !== 'uniform') return whole
  const share = Math.max(1, Math.round(Math.fround(density) * senders)) / senders
  const structure: Structure = { kind: 'panelDrawn', density, stream: 'feedback', index }
  return { ...whole, structure, init: { ...init, range: init.range / Math.sqrt(share) } }
}

/** Zeros, or drawn from U(±range) of the stream `feedback`. */
function tensor(name: string, role: Role, shape: number[], range?: number, index = 0): Tensor {
  const init: Init =
    range === undefined ? { kind: 'zeros' } : { kind: 'uniform', range, stream: 'feedback', index }
  return { name, role, shape, init, structure: { kind: 'dense' }, grid: 'f32' }
}
