import { FeedalignError } from '../../errors.js'

/** A stretch of speech with one label. */
export interface Segment {
  /** First sample, and the first one after it. */
  readonly begin: number
  readonly end: number
  readonly label: string
}

const LINE = /^(\d{1,10})[ \t]+(\d{1,10})[ \t]+(\S{1,20})[ \t]*$/

/**
 * The segments of a TIMIT `.phn` file, one or more lines of `begin end label` in samples, in order
 * of their begins. Throws `FeedalignError` naming file, line, found and expected.
 */
export function parsePhn(bytes: Uint8Array, file: string): Segment[] {
  const lines = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    .toString('latin1')
    .split(/\r?\n/)
  if (lines.at(-1) === '') lines.pop()
  if (lines.length === 0) throw new FeedalignError(`${file}: no segments`)
  let last = 0
  return lines.map((line, index) => {
    const fail = (message: string): never => {
      throw new FeedalignError(`${file}: line ${index + 1}: ${message}`)
    }
    const [, first, second, label] = LINE.exec(line) ?? []
    if (first === undefined || second === undefined || label === undefined) {
      return fail(`${JSON.stringify(line.slice(0, 40))}, expected "begin end label"`)
    }
    const [begin, end] = [Number(first), Number(second)]
    if (begin < last) fail(`begins at ${begin}, before the segment before it, at ${last}`)
    if (end <= begin) fail(`ends at ${end}, not after its begin, ${begin}`)
    last = begin
    return { begin, end, label }
  })
}
