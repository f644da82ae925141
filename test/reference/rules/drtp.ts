/**
 * Direct random target projection (Frenkel, Lefebvre, Bol 2019): +y* · D as a gradient, before
 * pooling and dropout, as in the authors' code; the derivative of the activation is applied.
 */
import { multiply } from '../matrix.js'
import { of } from '../network.js'
import { teach, type Change, type PerBlock, type Task } from '../teach.js'

/** `direct[i]` is [classes × width of block i before pooling]. */
export const drtp = (task: Task, direct: PerBlock): Change[] =>
  teach(task, (block) => multiply(task.targets, of(direct, block)), 'activation')
