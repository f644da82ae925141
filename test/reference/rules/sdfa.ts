/** Direct feedback alignment by the error's sign, which is 0 for 0: sign(e) · D at the output. */
import { multiply, sign } from '../matrix.js'
import { of } from '../network.js'
import { teach, type Change, type PerBlock, type Task } from '../teach.js'

export const sdfa = (task: Task, direct: PerBlock): Change[] =>
  teach(task, (block, _, { error }) => multiply(sign(error), of(direct, block)))
