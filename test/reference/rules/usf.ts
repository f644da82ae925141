/**
 * Uniform sign-symmetric feedback (Liao, Leibo, Poggio 2016): M = sign(W) · c, with the signs
 * that W has before the step, 0 for 0. c of each block is given: authors scale it as W's draw.
 */
import { scale, sign } from '../matrix.js'
import { of } from '../network.js'
import { teach, through, weights, type Change, type Task } from '../teach.js'

export function usf(task: Task, magnitudes: readonly (number | undefined)[]): Change[] {
  const feedback = weights(task).map((weight, i) => {
    return i === 0 ? undefined : scale(sign(weight), of(magnitudes, i))
  })
  return teach(task, through(task, feedback))
}
