/**
 * PEPITA (Dellaferrera, Kreiman 2022): a second pass on x + eF with the same masks; hidden blocks
 * learn from h − h̃ as δ (no derivative), h before pooling and dropout as in the authors'
 * convolutional code; the output block from the second pass's error; presynaptic activity is the
 * second pass's. There are no biases to learn, and batch norm's gain and shift stay. Unlike the
 * authors' code a convolution sums over its positions.
 */
import { top } from '../losses.js'
import { add, multiply, scale, subtract, type Matrix } from '../matrix.js'
import { forward, gradients, of } from '../network.js'
import { change, look, type Change, type Task } from '../teach.js'

/** `projection` is F [classes × inputs]. */
export function pepita(task: Task, projection: Matrix): Change[] {
  const { network, parameters, x, targets, kept } = task
  const { traces, out } = look(task)
  const modulated = add(x, multiply(out.error, projection))
  const second = forward(network, parameters, modulated, kept === undefined ? {} : { kept })
  const last = second.length - 1
  const { error } = top(network.loss, of(second, last).output, targets)
  return second.map((trace, i) => {
    const delta = i === last ? error : subtract(of(traces, i).activation, trace.activation)
    const { weight, bias } = change(task, gradients(trace, delta))
    return { weight, bias: scale(bias, 0) }
  })
}
