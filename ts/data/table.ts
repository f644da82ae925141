import { FeedalignError } from '../errors.js'
import { readRows } from './csv.js'

/** A table of numbers. */
export interface NumberTable {
  /** Names of the columns, where the first row holds such. */
  readonly names: readonly string[] | undefined
  readonly columns: number
  readonly rows: number
  /** [rows × columns], row-major. */
  readonly values: Float32Array
}

/** Whether the first row names the columns; `auto`: where it holds anything but numbers. */
export type Header = 'auto' | boolean

/**
 * A file of separated values whose rows are equally many finite numbers. `bytes` are those of the
 * file where they are in memory. Throws `FeedalignError` naming file, line, column, found and
 * expected.
 */
export async function readTable(
  file: string,
  header: Header = 'auto',
  bytes?: Buffer,
): Promise<NumberTable> {
  const values = new Floats()
  let names: readonly string[] | undefined
  let first: { readonly line: number; readonly columns: number } | undefined
  let rows = 0
  await readRows(
    file,
    (fields, line) => {
      if (first === undefined) {
        first = { line, columns: fields.length }
        if (
          header === true ||
          (header === 'auto' && fields.some((name) => Number.isNaN(numberOf(name))))
        ) {
          names = fields.map((name) => name.replace(/^\uFEFF/, '').trim())
          return
        }
      }
      if (fields.length !== first.columns) {
        const wanted = `expected ${first.columns} as in line ${first.line}`
        throw new FeedalignError(`${file}: line ${line}: ${fields.length} columns, ${wanted}`)
      }
      for (let column = 0; column < fields.length; column++) {
        const field = fields[column] ?? ''
        const value = numberOf(field)
        if (Number.isNaN(value)) throw notANumber(field, column, line)
        values.push(value)
      }
      rows++
    },
    bytes,
  )
  if (rows === 0) throw new FeedalignError(`${file}: no rows of numbers`)
  return { names, columns: first?.columns ?? 0, rows, values: values.whole() }

  function notANumber(field: string, column: number, line: number): FeedalignError {
    const name = names?.[column]
    const which = name === undefined ? column + 1 : JSON.stringify(name)
    const what = JSON.stringify(field.length > 40 ? `${field.slice(0, 40)}…` : field)
    const cure =
      line === 1 ? 'a header is told by header=true' : 'number texts from 0, fill what is missing'
    return new FeedalignError(
      `${file}: line ${line}, column ${which}: ${what} is no finite number; ${cure}`,
    )
  }
}

/** A field as a number that is finite in 32 bits; NaN where it is none. */
function numberOf(field: string): number {
  const value = Math.fround(Number(field))
  // Blank text would be 0.
  if (value === 0 && field.trim() === '') return NaN
  return Number.isFinite(value) ? value : NaN
}

/** Floats that come one by one. */
class Floats {
  static readonly #BLOCK = 2 ** 16
  readonly #full: Float32Array[] = []
  #last = new Float32Array(Floats.#BLOCK)
  #length = 0

  push(value: number): void {
    if (this.#length === this.#last.length) {
      this.#full.push(this.#last)
      this.#last = new Float32Array(Floats.#BLOCK)
      this.#length = 0
    }
    this.#last[this.#length++] = value
  }

  /** All of them; the blocks that held them are let go. */
  whole(): Float32Array {
    const all = new Float32Array(this.#full.length * Floats.#BLOCK + this.#length)
    let at = 0
    for (const block of this.#full.splice(0)) {
      all.set(block, at)
      at += block.length
    }
    all.set(this.#last.subarray(0, this.#length), at)
    return all
  }
}
