/** What follows a linear map within its block, each differentiated exactly. */
import { functions, type ActivationName } from './functions.js'
import { at, map, matrix, scale, times, type Matrix } from './matrix.js'
import { batchNorm, normalised, type Norm } from './norm.js'
import { averagePool, maxPool } from './pooling.js'
import type { Windows } from './windows.js'

export type Part =
  | { readonly kind: 'batchNorm'; readonly epsilon: number; readonly momentum: number }
  | { readonly kind: 'activation'; readonly name: ActivationName }
  /** The highest of `pieces` neighbours, the first of equals. */
  | { readonly kind: 'maxout'; readonly pieces: number }
  | { readonly kind: 'maxPool' | 'averagePool'; readonly windows: Windows }
  /** What is kept is divided by 1 − rate. */
  | { readonly kind: 'dropout'; readonly rate: number }

/** What a part made of its input, and what it makes of a signal dL/d(out). */
export interface Passed {
  readonly out: Matrix
  /** dL/d(input). */
  readonly back: (signal: Matrix) => Matrix
  /** Batch norm's: dL/d(gain) and dL/d(shift). */
  readonly gradients?: (signal: Matrix) => { gain: Matrix; shift: Matrix }
  /** Batch norm's running statistics after this batch. */
  readonly statistics?: { mean: Matrix; variance: Matrix }
}

/** What a part needs beside its input. */
export interface Surroundings {
  /** Batch statistics and dropout; else running statistics and none. */
  readonly training: boolean
  readonly norm?: Norm | undefined
  /** Ones where a unit is kept, of the shape of dropout's input. */
  readonly kept?: Matrix | undefined
}

export function pass(part: Part, x: Matrix, { training, norm, kept }: Surroundings): Passed {
  switch (part.kind) {
    case 'batchNorm':
      if (norm === undefined) throw new RangeError('batch norm without gain and shift')
      return training ? batchNorm(part, norm, x) : normalised(part, norm, x)
    case 'activation':
      return activation(part.name, x)
    case 'maxout':
      return maxout(part.pieces, x)
    case 'maxPool':
      return maxPool(part.windows, x)
    case 'averagePool':
      return averagePool(part.windows, x)
    case 'dropout':
      return training ? dropout(part.rate, kept, x) : { out: x, back: (signal) => signal }
  }
}

function activation(name: ActivationName, x: Matrix): Passed {
  const { f, derivative } = functions[name]
  return { out: map(x, f), back: (signal) => times(signal, map(x, derivative)) }
}

function dropout(rate: number, kept: Matrix | undefined, x: Matrix): Passed {
  if (kept === undefined) throw new RangeError('dropout without a mask')
  const drop = (m: Matrix): Matrix => scale(times(m, kept), 1 / (1 - rate))
  return { out: drop(x), back: drop }
}

function maxout(pieces: number, x: Matrix): Passed {
  const pieceOf = (row: number, unit: number): number => {
    let highest = unit * pieces
    for (let piece = highest; piece < (unit + 1) * pieces; piece++) {
      if (at(x, row, piece) > at(x, row, highest)) highest = piece
    }
    return highest
  }
  const chosen = matrix(x.rows, x.columns / pieces, pieceOf)
  return {
    out: matrix(x.rows, x.columns / pieces, (row, unit) => at(x, row, at(chosen, row, unit))),
    back: (signal) =>
      matrix(x.rows, x.columns, (row, column) => {
        const unit = Math.floor(column / pieces)
        return at(chosen, row, unit) === column ? at(signal, row, unit) : 0
      }),
  }
}
