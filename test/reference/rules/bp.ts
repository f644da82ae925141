/** Backpropagation: δ · Wᵀ, W as it is before the step. */
import { teach, through, weights, type Change, type Task } from '../teach.js'

export const bp = (task: Task): Change[] => teach(task, through(task, weights(task)))
