/** The Moore-Penrose pseudoinverse by one-sided Jacobi rotations, in f64. */
import { at, matrix, transpose, type Matrix } from './matrix.js'

const MACHINE = 2 ** -52

/** Singular values up to max(rows, columns) · `precision` of the highest count as zero. */
export function pseudoinverse(m: Matrix, precision = MACHINE): Matrix {
  if (m.rows < m.columns) return transpose(pseudoinverse(transpose(m), precision))
  // m · V = U · Σ, by rotating the columns of m until they are orthogonal.
  const turned = columnsOf(m)
  const rotation = columnsOf(matrix(m.columns, m.columns, (i, j) => (i === j ? 1 : 0)))
  for (let sweep = 0; sweep < 60; sweep++) {
    if (!rotateAll(turned, rotation)) break
  }
  const squares = turned.map((column) => dot(column, column))
  const floor = (m.rows * precision) ** 2 * Math.max(...squares)
  return matrix(m.columns, m.rows, (i, j) =>
    turned.reduce((sum, column, k) => {
      const square = squares[k] ?? 0
      if (square <= floor) return sum
      return sum + ((rotation[k]?.[i] ?? NaN) * (column[j] ?? NaN)) / square
    }, 0),
  )
}

const columnsOf = (m: Matrix): number[][] =>
  Array.from({ length: m.columns }, (_, column) =>
    Array.from({ length: m.rows }, (_, row) => at(m, row, column)),
  )

const dot = (a: number[], b: number[]): number =>
  a.reduce((sum, value, i) => sum + value * (b[i] ?? NaN), 0)

/** One sweep over all pairs of columns; whether any was turned. */
function rotateAll(columns: number[][], rotation: number[][]): boolean {
  let turned = false
  columns.forEach((one, p) => {
    columns.slice(p + 1).forEach((other, behind) => {
      const [alpha, beta, gamma] = [dot(one, one), dot(other, other), dot(one, other)]
      if (Math.abs(gamma) <= MACHINE * Math.sqrt(alpha * beta)) return
      turned = true
      const zeta = (beta - alpha) / (2 * gamma)
      const t = (zeta < 0 ? -1 : 1) / (Math.abs(zeta) + Math.hypot(1, zeta))
      const cosine = 1 / Math.hypot(1, t)
      rotate(one, other, cosine, cosine * t)
      rotate(rotation[p] ?? [], rotation[p + 1 + behind] ?? [], cosine, cosine * t)
    })
  })
  return turned
}

function rotate(one: number[], other: number[], cosine: number, sine: number): void {
  one.forEach((a, i) => {
    const b = other[i] ?? NaN
    one[i] = cosine * a - sine * b
    other[i] = sine * a + cosine * b
  })
}
