/** Losses of the last block's output a against targets [n × C]; labels are rows with a one. */
import { functions, type ActivationName } from './functions.js'
import { at, map, rowSums, matrix, subtract, times, zip, type Matrix } from './matrix.js'

export type Loss =
  /** y = softmax(a), L = −Σ t ln y. */
  | { readonly kind: 'cross-entropy' }
  /** y = σ(a), L = −Σ t ln y + (1 − t) ln(1 − y). */
  | { readonly kind: 'binary-cross-entropy' }
  /** y = output(a), L = ½ Σ (y − t)². */
  | { readonly kind: 'mse'; readonly output: ActivationName }

export interface Top {
  readonly y: Matrix
  /** y − t. */
  readonly error: Matrix
  /** dL/da; the error but for `mse` with an output function. */
  readonly delta: Matrix
  /** L of each example, n × 1. */
  readonly each: Matrix
}

export function top(loss: Loss, a: Matrix, targets: Matrix): Top {
  switch (loss.kind) {
    case 'cross-entropy':
      return crossEntropy(a, targets)
    case 'binary-cross-entropy':
      return binaryCrossEntropy(a, targets)
    case 'mse':
      return meanSquaredError(loss.output, a, targets)
  }
}

function crossEntropy(a: Matrix, targets: Matrix): Top {
  const sums = rowSums(map(a, Math.exp))
  const logs = matrix(a.rows, a.columns, (row, c) => at(a, row, c) - Math.log(at(sums, row, 0)))
  const y = map(logs, Math.exp)
  const error = subtract(y, targets)
  // Targets that do not add up to one: dL/da = y Σt − t.
  const total = rowSums(targets)
  const delta = matrix(a.rows, a.columns, (row, c) => {
    return at(y, row, c) * at(total, row, 0) - at(targets, row, c)
  })
  return { y, error, delta, each: rowSums(zip(targets, logs, (t, log) => -t * log)) }
}

function binaryCrossEntropy(a: Matrix, targets: Matrix): Top {
  const y = map(a, functions.sigmoid.f)
  const error = subtract(y, targets)
  const terms = zip(a, targets, (value, t) => functions.softplus.f(value) - t * value)
  return { y, error, delta: error, each: rowSums(terms) }
}

function meanSquaredError(output: ActivationName, a: Matrix, targets: Matrix): Top {
  const { f, derivative } = functions[output]
  const y = map(a, f)
  const error = subtract(y, targets)
  const each = rowSums(map(error, (e) => 0.5 * e * e))
  return { y, error, delta: times(error, map(a, derivative)), each }
}
