import { createReadStream } from 'node:fs'
import { Readable } from 'node:stream'
import type { ParseResult } from 'papaparse'
import { FeedalignError, reason } from '../errors.js'

/** Takes a row, `line` from 1 up; what it throws ends the reading. */
export type TakeRow = (fields: readonly string[], line: number) => void

/**
 * Characters that a row has at most; without that, a file without ends of lines would never end.
 */
const MAX_ROW = 2 ** 22

const PIECE = 2 ** 20

/**
 * Gives the rows of a file of separated values to `take`, blank ones left out, as the file streams
 * by: separated by what its first rows tell (comma, tab, semicolon or bar), quoted or not. `bytes`
 * are those of the file where they are in memory. Throws `FeedalignError` naming file and line.
 */
export async function readRows(file: string, take: TakeRow, bytes?: Buffer): Promise<void> {
  const { default: papa } = await import('papaparse')
  const stream =
    bytes === undefined
      ? createReadStream(file, { encoding: 'utf8', highWaterMark: PIECE })
      : Readable.from(bytes.length === 0 ? [] : [bytes.toString('utf8')])
  const rows = new Rows(file, take)
  stream.on('data', (piece: string) => {
    rows.given += piece.length
  })
  await new Promise<void>((resolve, reject) => {
    const fail = (error: unknown): void => {
      stream.destroy()
      const told = error instanceof FeedalignError
      reject(told ? error : new FeedalignError(`${file}: ${reason(error)}`))
    }
    papa.parse<string[]>(stream, {
      chunk: (result, parser) => {
        try {
          rows.take(result)
        } catch (error) {
          // First, as an abortion passes for completion.
          fail(error)
          parser.abort()
        }
      },
      complete: () => {
        resolve()
      },
      error: fail,
    })
  })
}

class Rows {
  /** Characters that the parser was given. */
  given = 0
  readonly #file: string
  readonly #each: TakeRow
  #line = 0

  constructor(file: string, each: TakeRow) {
    this.#file = file
    this.#each = each
  }

  take({ data, errors, meta }: ParseResult<string[]>): void {
    const wrong = errors.find(({ type }) => type === 'Quotes')
    if (wrong !== undefined) {
      const line = this.#line + (wrong.row ?? 0) + 1
      throw new FeedalignError(`${this.#file}: line ${line}: ${wrong.message}`)
    }
    for (const fields of data) {
      this.#line++
      if (fields.length > 1 || fields[0]?.trim() !== '') this.#each(fields, this.#line)
    }
    if (this.given - meta.cursor > MAX_ROW) {
      throw new FeedalignError(
        `${this.#file}: line ${this.#line + 1}: more than ${MAX_ROW} characters, the most of a row`,
      )
    }
  }
}
