import type { Grid, Role, Tensor } from '../engine/program.js'
import { UsageError } from '../errors.js'
import { outputs, unitsOf, type Network } from '../network/index.js'
import { INPUT, type Matrix } from '../rules/signals.js'
import { mapOf, needsDense, structureAt } from './maps.js'
import { names } from './names.js'
import { widthAt } from './parts.js'
import type { Context } from './phase.js'
import { thinned } from './sparse.js'
import { drawnFrom, tensor } from './tensors.js'

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

/** The least reach of B at the output. */
const TOP_FEEDBACK = 0.06
/** Of the B below it, relative to √(3 / outputs), where that leaves the one at the output its least. */
const HIDDEN_FEEDBACK = 4
/** What the reaches multiply to: the first block is to learn about as fast as the output. */
const FIRST_FEEDBACK = 0.96
/** Reach of what carries the output's error to each block directly. */
const DIRECT_FEEDBACK = 0.2

/** The tensor of a matrix, declared unless it is. */
export function matrixTensor(context: Context, matrix: Matrix): string {
  const { kind, block } = matrix
  switch (kind) {
    case 'weights':
      return names.weight(block)
    case 'direct':
      return declare(context, block === INPUT ? toInput(context) : directMatrix(context, block))
    case 'fixed':
      return declare(context, fixedMatrix(context, block))
    case 'inverse': {
      const { rows, columns } = shapeOf(context, block)
      return context.tensors.declare(tensor(names.inverse(block), 'scratch', [rows, columns]))
    }
    default:
      return context.tensors.declare(following(context, matrix))
  }
}

/**
 * What follows a weight, or is trained: whole and in f32. What learns beside a sparse weight holds
 * the same elements. Throws `UsageError` where it cannot.
 */
function following(context: Context, matrix: Matrix): Tensor {
  const whole = drawn(context, matrix.block)
  const learns =
    matrix.kind === 'learned' || (matrix.kind === 'mirror' && matrix.mirroring.how === 'add')
  const { structure } = context.tensors.of(names.weight(matrix.block))
  if (learns && structure.kind === 'elementDrawn') return { ...whole, structure }
  if (!learns || structure.kind !== 'panelDrawn') return whole
  throw new UsageError(
    `weightDensity: the feedback that rule ${context.options.rule.name} trains is dense, so ` +
      `${names.weight(matrix.block)} has to be; leave it out`,
  )
}

/** The two factors of a fixed matrix, and what the first one carries, if it is of low rank. */
export function factorsOf(context: Context, { kind, block }: Matrix) {
  const { rows, columns, rank, index } = shapeOf(context, block)
  if (kind !== 'fixed' || rank === undefined) return undefined
  // Sums of `rank` products with the variance of the whole matrix's elements, reach² / 3.
  const reach = ((3 * reachOf(context, block) ** 2) / rank) ** 0.25
  const factor = (name: string, shape: number[], at: number): string =>
    declare(context, uniform(name, 'feedback', shape, reach, index(at)))
  return {
    left: factor(names.feedbackLeft(block), [rows, rank], 2),
    right: factor(names.feedbackRight(block), [rank, columns], 3),
    carried: context.tensors.rows(names.carried(block), rank),
  }
}

/** Declares a fixed matrix on the grid that was chosen. */
function declare({ tensors, options }: Context, tensor: Tensor): string {
  return tensors.declare({ ...tensor, grid: options.feedbackGrid ?? 'f32' })
}

function shapeOf(context: Context, block: number) {
  const { layouts, options } = context
  const isDense = block !== INPUT && mapOf(context, block).kind === 'dense'
  const [rows, columns] = layouts[block]?.weight ?? [0, 0]
  const { feedbackRank: rank } = options
  return {
    rows,
    columns,
    rank: isDense && rank !== undefined && rank < Math.min(rows, columns) ? rank : undefined,
    /** Draws of different purposes stand apart, a network's length of indices each. */
    index: (purpose: number): number => purpose * layouts.length + block,
  }
}

function reachOf({ layouts, options }: Context, block: number): number {
  const last = layouts.length - 1
  const top = Math.max(FIRST_FEEDBACK / HIDDEN_FEEDBACK ** (last - 1), TOP_FEEDBACK)
  if (block === last) return top * options.feedbackScale
  const hidden = (FIRST_FEEDBACK / top) ** (1 / (last - 1))
  return hidden * Math.sqrt(3 / (layouts[block]?.fanOut ?? 1)) * options.feedbackScale
}

/** A matrix of the shape of a block's weight. */
export function drawn(context: Context, block: number): Tensor {
  const { rows, columns, index } = shapeOf(context, block)
  const reach = reachOf(context, block)
  const whole = uniform(names.feedback(block), 'feedback', [rows, columns], reach, index(0))
  return { ...whole, structure: structureAt(context, block) }
}

function fixedMatrix(context: Context, block: number): Tensor {
  const { columns, index } = shapeOf(context, block)
  return listed(context, drawn(context, block), columns, index(4))
}

function directMatrix(context: Context, block: number): Tensor {
  const { layouts, options } = context
  const classes = outputs(options.network)
  const { index } = shapeOf(context, block)
  const shape = [classes, widthAt(layouts[block], options.network.blocks[block], options.rule.tap)]
  const reach = DIRECT_FEEDBACK * options.feedbackScale
  const whole = uniform(names.direct(block), 'direct', shape, reach, index(1))
  return listed(context, whole, classes, index(5))
}

/** Throws `UsageError` where options of feedback exclude each other. */
export function checkFeedback(network: Network, options: FeedbackOptions): void {
  const { feedbackRank, feedbackDensity = 1, feedbackGrid = 'f32' } = options
  const cure = 'leave it out, or use a dense block'
  if (feedbackRank !== undefined) needsDense(network, 'feedbackRank', cure, 1)
  if (feedbackDensity !== 1) needsDense(network, 'feedbackDensity', cure, 1)
  if (feedbackGrid !== 'f32') needsDense(network, 'feedbackGrid', cure, 1)
  if (feedbackRank === undefined || feedbackDensity === 1) return
  throw new UsageError('feedback is of low rank or sparse, not both: choose a rank or a density')
}

/**
 * F [classes × inputs], which moves the input by the error: U(±0.05 · √(6 / inputs)) times the
 * feedback's scale (Dellaferrera, Kreiman 2022).
 */
function toInput({ layouts, options }: Context): Tensor {
  const inputs = unitsOf(options.network.shape)
  const reach = 0.05 * Math.sqrt(6 / inputs) * options.feedbackScale
  const shape = [outputs(options.network), inputs]
  return uniform(names.inputDirect, 'direct', shape, reach, 7 * layouts.length)
}

/** What `feedbackDensity` leaves of a matrix; `senders` are those to choose from. */
function listed({ options }: Context, whole: Tensor, senders: number, index: number): Tensor {
  const { feedbackDensity: density } = options
  return thinned(whole, { kind: 'panelDrawn', density, senders, stream: 'feedback', index })
}

/** Drawn from U(±range) of the stream `feedback`. */
function uniform(name: string, role: Role, shape: number[], range: number, index: number): Tensor {
  return tensor(name, role, shape, drawnFrom('feedback', range, index))
}
