/**
 * Kolen and Pollack 1994, as in Akrout et al. 2019: feedback alignment whose B takes the step
 * that W takes, and both shrink by the same share of themselves, W ← (1 − λ)W − η∇. λ is not
 * multiplied by η. Only pairs shrink: neither biases nor the first block, which has no B (Akrout's
 * code shrinks that too). The signal passes B as it is before the step.
 */
import { add, scale } from '../matrix.js'
import { of } from '../network.js'
import type { Change, PerBlock, Task } from '../teach.js'
import { fa } from './fa.js'

export function kolenPollack(
  task: Task,
  feedback: PerBlock,
  decay: number,
): { changes: Change[]; feedback: PerBlock } {
  const learned = fa(task, feedback).map((change) => of([change], 0))
  return {
    changes: learned.map((change, i) => {
      if (i === 0) return change
      const shrinking = scale(of(task.parameters, i).weight, -decay)
      return { ...change, weight: add(change.weight, shrinking) }
    }),
    feedback: learned.map(({ weight }, i) => {
      return i === 0 ? undefined : add(weight, scale(of(feedback, i), -decay))
    }),
  }
}
