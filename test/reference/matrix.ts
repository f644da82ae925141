/**
 * The reference: networks and learning rules in f64 by plain loops, from the papers' equations.
 * It shares no code with the engine, the compiler or the rules, so that agreement means something.
 */

/** Row-major. */
export interface Matrix {
  readonly rows: number
  readonly columns: number
  readonly data: Float64Array
}

export function matrix(
  rows: number,
  columns: number,
  value: (row: number, column: number) => number,
): Matrix {
  const data = new Float64Array(rows * columns)
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      data[row * columns + column] = value(row, column)
    }
  }
  return { rows, columns, data }
}

/** The same values in other rows; throws `RangeError` where they do not fill them. */
export function reshape({ data }: Matrix, rows: number, columns: number): Matrix {
  if (data.length !== rows * columns) {
    throw new RangeError(`${data.length} values are not ${rows} × ${columns}`)
  }
  return { rows, columns, data }
}

/** Throws `RangeError` outside of the matrix. */
export function at({ rows, columns, data }: Matrix, row: number, column: number): number {
  const value = row < rows && column < columns ? data[row * columns + column] : undefined
  if (value === undefined) throw new RangeError(`no (${row}, ${column}) in ${rows} × ${columns}`)
  return value
}

export const zeros = (rows: number, columns: number): Matrix => matrix(rows, columns, () => 0)

export const map = (m: Matrix, f: (value: number) => number): Matrix => ({
  ...m,
  data: m.data.map(f),
})

/** f of the elements of two matrices of one shape. */
export function zip(a: Matrix, b: Matrix, f: (a: number, b: number) => number): Matrix {
  if (a.rows !== b.rows || a.columns !== b.columns) {
    throw new RangeError(`${a.rows} × ${a.columns} beside ${b.rows} × ${b.columns}`)
  }
  return matrix(a.rows, a.columns, (row, column) => f(at(a, row, column), at(b, row, column)))
}

export const add = (a: Matrix, b: Matrix): Matrix => zip(a, b, (one, other) => one + other)
export const subtract = (a: Matrix, b: Matrix): Matrix => zip(a, b, (one, other) => one - other)
export const times = (a: Matrix, b: Matrix): Matrix => zip(a, b, (one, other) => one * other)
export const scale = (m: Matrix, by: number): Matrix => map(m, (value) => value * by)

/** −1, 0 or 1. */
export const sign = (m: Matrix): Matrix => map(m, Math.sign)

export const transpose = (m: Matrix): Matrix =>
  matrix(m.columns, m.rows, (row, column) => at(m, column, row))

export function multiply(a: Matrix, b: Matrix): Matrix {
  if (a.columns !== b.rows) throw new RangeError(`${a.columns} columns times ${b.rows} rows`)
  return matrix(a.rows, b.columns, (row, column) => {
    let sum = 0
    for (let k = 0; k < a.columns; k++) sum += at(a, row, k) * at(b, k, column)
    return sum
  })
}

/** Sums over the rows, 1 × columns. */
export const columnSums = (m: Matrix): Matrix =>
  multiply(
    matrix(1, m.rows, () => 1),
    m,
  )

/** Sums over the columns, rows × 1. */
export const rowSums = (m: Matrix): Matrix =>
  multiply(
    m,
    matrix(m.columns, 1, () => 1),
  )

/** Σ a · b over all elements. */
export const inner = (a: Matrix, b: Matrix): number =>
  times(a, b).data.reduce((sum, value) => sum + value, 0)

/** The Frobenius norm. */
export const norm = (m: Matrix): number => Math.sqrt(inner(m, m))

/** |a − b| / |b|. */
export const relative = (a: Matrix, b: Matrix): number => norm(subtract(a, b)) / norm(b)
