/**
 * Direct feedback alignment (Nøkland 2016): e · D at the block's output, after batch norm,
 * activation, pooling and dropout; e = y − y*, without the output function's derivative.
 */
import { multiply } from '../matrix.js'
import { of } from '../network.js'
import { teach, type Change, type PerBlock, type Task } from '../teach.js'

/** `direct[i]` is [classes × width of block i's output]. */
export const dfa = (task: Task, direct: PerBlock): Change[] =>
  teach(task, (block, _, { error }) => multiply(error, of(direct, block)))
