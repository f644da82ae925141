/**
 * PEPITA (Dellaferrera, Kreiman 2022): a second pass on x + eF with the same masks; hidden blocks
 * learn from h − h̃ as δ (no derivative), h before pooling and dropout as in the authors'
 * convolutional code; the output block from the second pass's error; presynaptic activity is the
 * second pass's. There are no biases to learn, and batch norm's gain and shift stay. Unlike the
 * authors' code a convolution sums over its positions.
 */
import { top } from '../losses.js'
import { add, multiply, scale, subtract, type Matrix } from '../matrix.js'
import { forward, gradients, of, type Trace } from '../network.js'
import { change, look, type Change, type Task } from '../teach.js'

/** The clean pass and the modulated one; `projection` is F [classes × inputs]. */
export function passes(task: Task, projection: Matrix): { clean: Trace[]; modulated: Trace[] } {
  const { network, parameters, x, kept } = task
  const { traces: clean, out } = look(task)
  const input = add(x, multiply(out.error, projection))
  return { clean, modulated: forward(network, parameters, input, kept ? { kept } : {}) }
}

export function pepita(task: Task, projection: Matrix): Change[] {
  const { clean, modulated } = passes(task, projection)
  const last = modulated.length - 1
  const { error } = top(task.network.loss, of(modulated, last).output, task.targets)
  return modulated.map((trace, i) => {
    const delta = i === last ? error : subtract(of(clean, i).activation, trace.activation)
    const { weight, bias } = change(task, gradients(trace, delta))
    return { weight, bias: scale(bias, 0) }
  })
}
