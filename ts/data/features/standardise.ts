/** Mean and deviation of each column. */
export interface Columns {
  readonly mean: Float64Array
  readonly deviation: Float64Array
}

/** Those of `rows` (at least one) of `values` [n × width]. */
export function fitColumns(values: Float32Array, width: number, rows: Uint32Array): Columns {
  const mean = averages(width, rows, (place) => values[place] ?? 0)
  const squares = averages(
    width,
    rows,
    (place, column) => ((values[place] ?? 0) - (mean[column] ?? 0)) ** 2,
  )
  return { mean, deviation: squares.map((square) => Math.sqrt(square)) }
}

function averages(
  width: number,
  rows: Uint32Array,
  term: (place: number, column: number) => number,
): Float64Array {
  const sums = new Float64Array(width)
  for (const row of rows) {
    for (let column = 0; column < width; column++) {
      sums[column] = (sums[column] ?? 0) + term(row * width + column, column)
    }
  }
  return sums.map((sum) => sum / rows.length)
}

/** Brings `rows` to mean 0 and deviation 1 by what was fitted; a column that never varies to 0. */
export function standardise(
  values: Float32Array,
  width: number,
  rows: Uint32Array,
  { mean, deviation }: Columns,
): void {
  for (const row of rows) {
    for (let column = 0; column < width; column++) {
      const place = row * width + column
      const varies = deviation[column] ?? 0
      const centred = (values[place] ?? 0) - (mean[column] ?? 0)
      values[place] = varies > 0 ? centred / varies : centred
    }
  }
}
