/**
 * Fixed random sign-symmetric feedback (Liao, Leibo, Poggio 2016): M = sign(W) ⊙ |R|, with the
 * signs that W has before the step and an R that stays.
 */
import { map, sign, times } from '../matrix.js'
import { of } from '../network.js'
import { teach, through, weights, type Change, type PerBlock, type Task } from '../teach.js'

export function frsf(task: Task, magnitudes: PerBlock): Change[] {
  const feedback = weights(task).map((weight, i) => {
    return i === 0 ? undefined : times(sign(weight), map(of(magnitudes, i), Math.abs))
  })
  return teach(task, through(task, feedback))
}
