/**
 * Pseudo-backpropagation (the 2014 paper's W⁺e, here block by block): δ · W⁺, the derivative of
 * the activation applied as in feedback alignment. W⁺ is that of W before the step and is full
 * even where W has a mask.
 */
import { transpose } from '../matrix.js'
import { pseudoinverse } from '../pseudoinverse.js'
import { teach, through, weights, type Change, type Task } from '../teach.js'

export function pseudoBp(task: Task): Change[] {
  const feedback = weights(task).map((weight) => transpose(pseudoinverse(weight)))
  return teach(task, through(task, feedback))
}
