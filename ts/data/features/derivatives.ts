/** Frames to each side. */
const REACH = 2

/** Σ θ² over both sides. */
const NORM = 10

/**
 * Fills derivative after derivative in behind the coefficients of each row: `values` is
 * [frames × width], the first `coefficients` columns are given. Each is the slope of a line through
 * two frames to both sides; at the ends the outermost frame stands for those beyond.
 */
export function fillDerivatives(values: Float64Array, width: number, coefficients: number): void {
  const frames = values.length / width
  const at = (frame: number, column: number): number =>
    values[Math.max(0, Math.min(frames - 1, frame)) * width + column] ?? 0
  for (let column = coefficients; column < width; column++) {
    for (let frame = 0; frame < frames; frame++) {
      let slope = 0
      for (let reach = 1; reach <= REACH; reach++) {
        const from = column - coefficients
        slope += reach * (at(frame + reach, from) - at(frame - reach, from))
      }
      values[frame * width + column] = slope / NORM
    }
  }
}
