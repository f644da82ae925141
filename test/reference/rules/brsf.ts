/**
 * Batchwise random sign-symmetric feedback (Liao, Leibo, Poggio 2016): like the fixed one, but
 * that R is drawn anew for each batch; `draw` gives this batch's.
 */
import type { Matrix } from '../matrix.js'
import type { Change, Task } from '../teach.js'
import { frsf } from './frsf.js'

export const brsf = (task: Task, draw: (block: number) => Matrix): Change[] =>
  frsf(
    task,
    task.parameters.map((_, i) => (i === 0 ? undefined : draw(i))),
  )
