/**
 * The forward-forward algorithm (Hinton 2022, as in loweX/Forward-Forward): one pass with the right
 * label laid over the input and one with a wrong label; each hidden block makes Σh² high for right
 * and low for wrong, by the binary cross-entropy of σ(Σh² − width). What a block is given, the
 * overlaid input included, is divided by its root mean square, and nothing flows back through
 * that. An example's loss is the sum of its right and its wrong one. The output block takes no
 * part.
 */
import { functions } from '../functions.js'
import { add, at, map, matrix, rowSums, scale, zip, type Matrix } from '../matrix.js'
import { gradients, localBackward, of, passBlock, type Gradients } from '../network.js'
import { change, type Change, type Task } from '../teach.js'

/** x with its first values replaced by a row of `labels` times the highest |x| of the example. */
export const overlay = (x: Matrix, labels: Matrix): Matrix =>
  matrix(x.rows, x.columns, (row, column) => {
    if (column >= labels.columns) return at(x, row, column)
    const values = Array.from({ length: x.columns }, (_, i) => Math.abs(at(x, row, i)))
    return at(labels, row, column) * Math.max(...values)
  })

export function normalise(h: Matrix): Matrix {
  const squares = rowSums(map(h, (value) => value ** 2))
  return matrix(h.rows, h.columns, (row, column) => {
    return at(h, row, column) / (Math.sqrt(at(squares, row, 0) / h.columns) + 1e-8)
  })
}

/** `wrong` holds for each example a row with a one at another class than the example's. */
export function forwardForward(task: Task, wrong: Matrix): Change[] {
  const positive = sums(task, overlay(task.x, task.targets), 1)
  const negative = sums(task, overlay(task.x, wrong), 0)
  const hidden = positive.map(({ weight, bias }, i) => {
    const other = of(negative, i)
    return change(task, { weight: add(weight, other.weight), bias: add(bias, other.bias) })
  })
  return [...hidden, undefined]
}

/** The gradients of the hidden blocks in one pass. */
function sums({ network, parameters, kept }: Task, input: Matrix, label: 0 | 1): Gradients[] {
  let given = normalise(input)
  return network.blocks.slice(0, -1).map((block, i) => {
    const circumstances = kept === undefined ? {} : { kept }
    const trace = passBlock(block, of(parameters, i), given, circumstances, i)
    given = normalise(trace.output)
    const { delta } = localBackward(trace, goodnessSignal(trace.output, label), 'output')
    return gradients(trace, delta)
  })
}

/** Σh² of each example with each class laid over it, summed over hidden blocks but the first. */
export function scores({ network, parameters, x, targets }: Task): Matrix {
  const hidden = network.blocks.slice(0, -1)
  const first = hidden.length > 1 ? 1 : 0
  const columns = Array.from({ length: targets.columns }, (_, label) => {
    const labels = matrix(x.rows, targets.columns, (_, one) => (one === label ? 1 : 0))
    let given = normalise(overlay(x, labels))
    let sum = matrix(x.rows, 1, () => 0)
    hidden.forEach((block, i) => {
      const { output } = passBlock(block, of(parameters, i), given, { training: false }, i)
      if (i >= first) sum = add(sum, rowSums(map(output, (value) => value ** 2)))
      given = normalise(output)
    })
    return sum
  })
  return matrix(x.rows, targets.columns, (row, label) => at(of(columns, label), row, 0))
}

/** dL/dh = 2h (σ(Σh² − width) − label). */
function goodnessSignal(h: Matrix, label: 0 | 1): Matrix {
  const logits = map(rowSums(map(h, (value) => value ** 2)), (sum) => sum - h.columns)
  const slopes = map(logits, (logit) => functions.sigmoid.f(logit) - label)
  const wide = matrix(h.rows, h.columns, (row) => at(slopes, row, 0))
  return zip(scale(h, 2), wide, (one, slope) => one * slope)
}
