import type { Tensor } from '../engine/program.js'
import { outputs, unitsOf } from '../network/index.js'
import { INPUT, type Matrix } from '../rules/signals.js'
import { directReach, random, reachOf, scaled } from './draws.js'
import { mapOf, structureAt } from './maps.js'
import { names } from './names.js'
import { widthAt } from './parts.js'
import type { Context } from './phase.js'
import { thinned } from './sparse.js'
import { tensor, weightLists } from './tensors.js'

/** The tensor of a matrix, declared unless it is. */
export function matrixTensor(context: Context, matrix: Matrix): string {
  const { kind, block } = matrix
  switch (kind) {
    case 'weights':
      return names.weight(block)
    case 'direct':
      if (block === INPUT) return declare(context, toInput(context))
      return declare(context, directMatrix(context, sharer(context, block, directMatrix)))
    case 'fixed': {
      const own = sharer(context, block, fixedMatrix)
      return declare(context, atAngle(context, own, fixedMatrix(context, own)))
    }
    case 'inverse': {
      const { rows, columns } = shapeOf(context, block)
      return context.tensors.declare(tensor(names.inverse(block), 'scratch', [rows, columns]))
    }
    case 'learned':
      return context.tensors.declare(atAngle(context, block, following(context, block)))
    case 'mirror': {
      const { how } = matrix.mirroring
      // A pseudoinverse is whole, whatever the weight holds.
      if (how === 'pseudoinverse') return context.tensors.declare(drawn(context, block))
      const made = following(context, block)
      return context.tensors.declare(how === 'add' ? atAngle(context, block, made) : made)
    }
  }
}

/** The two factors of a fixed matrix, and what the first one carries, if it is of low rank. */
export function factorsOf(context: Context, { kind, block }: Matrix) {
  if (kind !== 'fixed' || shapeOf(context, block).rank === undefined) return undefined
  const own = sharer(context, block, drawn)
  const { rows, columns, rank = 1, index } = shapeOf(context, own)
  // Sums of `rank` products with the variance of the whole matrix's elements, reach² / 3.
  const reach = ((3 * reachOf(context, own) ** 2) / rank) ** 0.25
  const factor = (name: string, shape: number[], at: number): string =>
    declare(context, random(context, name, 'feedback', shape, { reach, index: index(at) }))
  return {
    left: factor(names.feedbackLeft(own), [rows, rank], 2),
    right: factor(names.feedbackRight(own), [rank, columns], 3),
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

/** A matrix of the shape of a block's weight. */
function drawn(context: Context, block: number): Tensor {
  const { rows, columns, index } = shapeOf(context, block)
  const draws = { reach: reachOf(context, block), index: index(0) }
  const whole = random(context, names.feedback(block), 'feedback', [rows, columns], draws)
  return { ...whole, structure: structureAt(context, block) }
}

/** One that holds the elements that the weight does. */
export function following(context: Context, block: number): Tensor {
  return thinned(drawn(context, block), weightLists(context, block))
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
  const draws = { reach: directReach(context), index: index(1) }
  const whole = random(context, names.direct(block), 'direct', shape, draws)
  return listed(context, whole, classes, index(5))
}

/**
 * F [classes × inputs], which moves the input by the error: U(±0.05 · √(6 / inputs)) times the
 * feedback's scale (Dellaferrera, Kreiman 2022).
 */
function toInput(context: Context): Tensor {
  const { layouts, options } = context
  const inputs = unitsOf(options.network.shape)
  const reach = scaled(context, 0.05 * Math.sqrt(6 / inputs))
  const shape = [outputs(options.network), inputs]
  return random(context, names.inputDirect, 'direct', shape, { reach, index: 7 * layouts.length })
}

/** What `feedbackDensity` leaves of a matrix; `senders` are those to choose from. */
function listed({ options }: Context, whole: Tensor, senders: number, index: number): Tensor {
  const { feedbackDensity: density } = options
  return thinned(whole, { kind: 'panelDrawn', density, senders, stream: 'feedback', index })
}

/** The matrix, but made of its block's weight where an angle between the two was chosen. */
function atAngle({ options }: Context, block: number, matrix: Tensor): Tensor {
  const { feedbackAngle: degrees, feedbackScale: factor = 1 } = options
  if (degrees === undefined || !('index' in matrix.init)) return matrix
  const { index } = matrix.init
  const of = names.weight(block)
  return { ...matrix, init: { kind: 'rotated', of, degrees, factor, stream: 'feedback', index } }
}

/** The block whose matrix carries a block's signal: the first alike where they are shared. */
function sharer(
  context: Context,
  block: number,
  matrix: (context: Context, block: number) => Tensor,
): number {
  if (context.options.feedbackShared !== true) return block
  const unlike = new Set(['name', 'index'])
  const look = (at: number): string =>
    JSON.stringify(matrix(context, at), (key, value: unknown) => (unlike.has(key) ? 0 : value))
  const own = look(block)
  // Block 0 has no feedback matrix: nothing lies below it.
  const first = matrix === directMatrix ? 0 : 1
  for (let at = first; at < block; at++) if (look(at) === own) return at
  return block
}
