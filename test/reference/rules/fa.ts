/**
 * Feedback alignment (Lillicrap, Cownden, Tweed, Akerman 2014): δ · Bᵀ, at the block's output.
 * Where the paper is ambiguous about the output's σ′: it enters as the loss says (δ, not e).
 * Where W has a mask, so has B.
 */
import { masked } from '../linear.js'
import { of } from '../network.js'
import { teach, through, type Change, type PerBlock, type Task } from '../teach.js'

export function fa(task: Task, feedback: PerBlock): Change[] {
  const matrices = feedback.map((m, i) => m && masked(of(task.network.blocks, i).linear, m))
  return teach(task, through(task, matrices))
}
