/**
 * The weight mirror of Akrout et al. 2019: feedback alignment, and in mirroring noise ξ enters
 * each linear map but the first, y = ξW without bias or function, B += η_B((1/n) Σ ξᵀy − λB).
 * As in the authors' code mirroring ends a step: the signal passes B as it is before, and the
 * mirror sees W as it is after the step.
 */
import { apply, masked, weightGradient } from '../linear.js'
import { add, scale, type Matrix } from '../matrix.js'
import { of, type Network } from '../network.js'
import type { Change, PerBlock, Task } from '../teach.js'
import { fa } from './fa.js'

export interface MirrorOptions {
  /** ξ of each block but the first, [rows × the linear map's inputs]. */
  noise: PerBlock
  learningRate: number
  decay: number
}

export function weightMirror(
  task: Task,
  feedback: PerBlock,
  options: MirrorOptions,
): { changes: Change[]; feedback: PerBlock } {
  const changes = fa(task, feedback)
  const learned = task.parameters.map(({ weight }, i) => add(weight, of(changes, i).weight))
  return { changes, feedback: mirror(task.network, learned, feedback, options) }
}

function mirror(
  { blocks }: Network,
  weights: readonly Matrix[],
  feedback: PerBlock,
  options: MirrorOptions,
): PerBlock {
  return blocks.map(({ linear }, i): Matrix | undefined => {
    if (i === 0) return undefined
    const noise = of(options.noise, i)
    const y = apply(linear, of(weights, i), undefined, noise)
    const seen = scale(weightGradient(linear, noise, y), 1 / noise.rows)
    const pull = add(seen, scale(masked(linear, of(feedback, i)), -options.decay))
    return scale(pull, options.learningRate)
  })
}
