import { UsageError } from '../../errors.js'

/** A triangle over the bins of a spectrum. */
export interface Band {
  /** The first bin with a weight. */
  readonly start: number
  readonly weights: Float64Array
}

const toMel = (hertz: number): number => 2595 * Math.log10(1 + hertz / 700)
const toHertz = (mel: number): number => 700 * (10 ** (mel / 2595) - 1)

/**
 * Triangles of height 1, linear in Hz, whose corners are evenly apart in mel from `low` to `high`
 * Hz: each reaches from the middle of the one below to that of the one above. `size` is that of the
 * Fourier transform. Throws `UsageError` where a triangle has no bin.
 */
export function melBands(
  bands: number,
  low: number,
  high: number,
  rate: number,
  size: number,
): Band[] {
  if (!(low < high && high <= rate / 2)) {
    throw new UsageError(`bands from ${low} to ${high} Hz are not within 0 to ${rate / 2} Hz`)
  }
  const [from, to] = [toMel(low), toMel(high)]
  const corner = (index: number): number => toHertz(from + ((to - from) * index) / (bands + 1))
  return Array.from({ length: bands }, (_, band) => {
    const [left, middle, right] = [corner(band), corner(band + 1), corner(band + 2)]
    const weights: number[] = []
    let start = 0
    for (let bin = 0; bin < size / 2; bin++) {
      const hertz = (bin * rate) / size
      const weight = Math.min((hertz - left) / (middle - left), (right - hertz) / (right - middle))
      if (weight <= 0) continue
      if (weights.length === 0) start = bin
      weights.push(weight)
    }
    if (weights.length > 0) return { start, weights: Float64Array.from(weights) }
    const width = (rate / size).toFixed(1)
    throw new UsageError(
      `bands ${bands}: band ${band} lies between bins, which are ${width} Hz apart`,
    )
  })
}
