/** Batch normalisation: one gain and shift a channel; a dense layer's units are channels. */
import {
  add,
  columnSums,
  at,
  map,
  matrix,
  reshape,
  scale,
  subtract,
  times,
  type Matrix,
} from './matrix.js'
import type { Passed } from './parts.js'

/** Each 1 × channels. */
export interface Norm {
  readonly gain: Matrix
  readonly shift: Matrix
  /** Running. */
  readonly mean: Matrix
  readonly variance: Matrix
}

interface Options {
  readonly epsilon: number
  /** The share of the new in the running statistics. */
  readonly momentum: number
}

const repeat = (row: Matrix, rows: number): Matrix =>
  matrix(rows, row.columns, (_, column) => at(row, 0, column))

/**
 * x̂ = (x − μ) / √(variance + ε) of the batch, out = gain · x̂ + shift. This variance is biased;
 * the running one moves towards the unbiased one (Ioffe, Szegedy 2015, algorithm 2).
 */
export function batchNorm({ epsilon, momentum }: Options, norm: Norm, x: Matrix): Passed {
  const channels = norm.gain.columns
  const rows = x.data.length / channels
  const mean = (m: Matrix): Matrix => scale(columnSums(m), 1 / rows)
  const values = reshape(x, rows, channels)
  const centred = subtract(values, repeat(mean(values), rows))
  const variance = mean(times(centred, centred))
  const inverse = repeat(inverseDeviation(variance, epsilon), rows)
  const hat = times(centred, inverse)
  const gain = repeat(norm.gain, rows)
  const inRows = (signal: Matrix): Matrix => reshape(signal, rows, channels)
  return {
    out: reshape(add(times(gain, hat), repeat(norm.shift, rows)), x.rows, x.columns),
    back: (signal) => {
      const along = times(inRows(signal), gain)
      const common = repeat(mean(along), rows)
      const stretch = times(hat, repeat(mean(times(along, hat)), rows))
      const back = times(inverse, subtract(along, add(common, stretch)))
      return reshape(back, x.rows, x.columns)
    },
    gradients: (signal) => ({
      gain: columnSums(times(inRows(signal), hat)),
      shift: columnSums(inRows(signal)),
    }),
    statistics: {
      mean: mix(norm.mean, mean(values), momentum),
      variance: mix(norm.variance, scale(variance, rows / (rows - 1)), momentum),
    },
  }
}

/** The same with the running statistics, which do not depend on x. */
export function normalised({ epsilon }: Options, norm: Norm, x: Matrix): Passed {
  const channels = norm.gain.columns
  const rows = x.data.length / channels
  const slope = repeat(times(norm.gain, inverseDeviation(norm.variance, epsilon)), rows)
  const centred = subtract(reshape(x, rows, channels), repeat(norm.mean, rows))
  const out = add(times(slope, centred), repeat(norm.shift, rows))
  return {
    out: reshape(out, x.rows, x.columns),
    back: (signal) => reshape(times(slope, reshape(signal, rows, channels)), x.rows, x.columns),
  }
}

const inverseDeviation = (variance: Matrix, epsilon: number): Matrix =>
  map(variance, (value) => 1 / Math.sqrt(value + epsilon))

const mix = (running: Matrix, now: Matrix, momentum: number): Matrix =>
  add(scale(running, 1 - momentum), scale(now, momentum))
