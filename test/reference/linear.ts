/** Linear maps a = x · W + b, and what can be said of them without knowing the rule. */
import {
  add,
  columnSums,
  matrix,
  at,
  multiply,
  reshape,
  times,
  transpose,
  type Matrix,
} from './matrix.js'
import { coverage, type Windows } from './windows.js'

export type Linear =
  /** With a mask of zeros and ones [inputs × outputs]: local fields, or sparse weights. */
  | { readonly kind: 'dense'; readonly mask?: Matrix }
  /** W [kernel · channels × O]; a [n × positions · O]. */
  | { readonly kind: 'conv2d'; readonly windows: Windows }

/** What the map multiplies W with: x, or for each example and position what its window covers. */
export function unfold(map: Linear, x: Matrix): Matrix {
  if (map.kind === 'dense') return x
  const { channels } = map.windows
  const covered = coverage(map.windows)
  const taps = covered[0]?.length ?? 0
  return matrix(x.rows * covered.length, taps * channels, (row, column) => {
    const pixel = covered[row % covered.length]?.[Math.floor(column / channels)]
    if (pixel === undefined) return 0
    return at(x, Math.floor(row / covered.length), pixel * channels + (column % channels))
  })
}

/** The transpose of `unfold`: each element of x gathers from the windows that cover it. */
function fold(map: Linear, unfolded: Matrix, rows: number): Matrix {
  if (map.kind === 'dense') return unfolded
  const { height, width, channels } = map.windows
  const covered = coverage(map.windows)
  return matrix(rows, height * width * channels, (row, column) => {
    const pixel = Math.floor(column / channels)
    let sum = 0
    covered.forEach((pixels, position) => {
      const tap = pixels.indexOf(pixel)
      const from = tap * channels + (column % channels)
      if (tap >= 0) sum += at(unfolded, row * covered.length + position, from)
    })
    return sum
  })
}

/** A matrix of W's shape without what the map's mask leaves out. */
export const masked = (map: Linear, m: Matrix): Matrix =>
  map.kind === 'dense' && map.mask !== undefined ? times(m, map.mask) : m

/** a, a row an example. */
export function apply(map: Linear, weight: Matrix, bias: Matrix | undefined, x: Matrix): Matrix {
  const product = multiply(unfold(map, x), masked(map, weight))
  const a = bias === undefined ? product : add(product, repeat(bias, product.rows))
  return reshape(a, x.rows, a.data.length / x.rows)
}

const repeat = (row: Matrix, rows: number): Matrix =>
  matrix(rows, row.columns, (_, column) => at(row, 0, column))

/** δ · Mᵀ at the map's input; M, of W's shape, is W in backpropagation. */
export function carry(map: Linear, m: Matrix, delta: Matrix): Matrix {
  const positions = reshape(delta, delta.data.length / m.columns, m.columns)
  return fold(map, multiply(positions, transpose(m)), delta.rows)
}

/** Σ xᵀδ, summed over examples and positions. */
export function weightGradient(map: Linear, x: Matrix, delta: Matrix): Matrix {
  const unfolded = unfold(map, x)
  const columns = delta.data.length / unfolded.rows
  return masked(map, multiply(transpose(unfolded), reshape(delta, unfolded.rows, columns)))
}

/** Σ δ for each of the map's outputs. */
export const biasGradient = (delta: Matrix, outputs: number): Matrix =>
  columnSums(reshape(delta, delta.data.length / outputs, outputs))
