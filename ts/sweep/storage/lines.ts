import { closeSync, openSync, readSync } from 'node:fs'
import { crc32 } from 'node:zlib'
import { FeedalignError, reason } from '../../errors.js'

/**
 * The lines of a journal: JSON objects whose last key, `crc`, is the CRC-32 of all text before it,
 * that of earlier lines included (but for their own `crc`). So a line that is changed is noticed,
 * and so is one that is missing, doubled or moved.
 */
export interface Line {
  readonly json: string
  /** From 1. */
  readonly number: number
  /** Bytes of the file before it. */
  readonly offset: number
  /** Bytes of the file up to its end. */
  readonly end: number
  readonly sum: number
}

/** Bytes: more than any event has, and no burden on the memory. */
export const MOST_BYTES = 2 ** 24

const PIECE = 2 ** 18
const NEWLINE = 10
/** Bytes of `,"crc":"01234567"}`. */
const SEAL = 18

/** The line of an object's JSON that follows one whose sum is `before` (0 before the first). */
export function seal(json: string, before: number): { readonly bytes: Buffer; sum: number } {
  const text = Buffer.from(json.slice(0, -1))
  const sum = crc32(text, before)
  return { bytes: Buffer.concat([text, Buffer.from(`${ending(sum)}\n`)]), sum }
}

/**
 * Reads them one after another, the file piece by piece. A last line without its end is one whose
 * writing was cut short: it is left out. Throws `FeedalignError` that names the first damaged line.
 */
export function* readLines(file: string): Generator<Line, void, undefined> {
  let [sum, number] = [0, 0]
  for (const { bytes, offset } of pieces(file)) {
    number++
    const fail = (what: string): never => {
      throw new FeedalignError(damaged(file, number, offset, what))
    }
    if (bytes === undefined) return fail(`it has more than ${MOST_BYTES} bytes`)
    const split = Math.max(0, bytes.length - SEAL)
    const told = bytes.toString('latin1', split)
    sum = crc32(bytes.subarray(0, split), sum)
    if (told !== ending(sum)) return fail(mismatch(told, sum))
    const json = `${bytes.toString('utf8', 0, split)}}`
    yield { json, number, offset, end: offset + bytes.length + 1, sum }
  }
  if (number === 0) {
    throw new FeedalignError(`${file} has no whole line: begin the sweep in another folder`)
  }
}

/** What a user reads of a line that cannot be read, and can do about it. */
export function damaged(file: string, line: number, offset: number, what: string): string {
  const cure =
    line === 1
      ? 'restore it, or begin the sweep in another folder'
      : `restore it, or give up this line and all after it: truncate -s ${offset} '${file}'`
  return `${file}: line ${line}, at byte ${offset}, is damaged: ${what}; ${cure}`
}

function mismatch(told: string, sum: number): string {
  const found = /^,"crc":"([0-9a-f]{8})"\}$/.exec(told)?.[1]
  if (found === undefined) return 'it does not end with a checksum'
  return `its checksum is ${found}, that of its text ${hex(sum)}`
}

const hex = (sum: number): string => sum.toString(16).padStart(8, '0')
const ending = (sum: number): string => `,"crc":"${hex(sum)}"}`

/** A line's bytes, good until the next is asked for; undefined where there are too many. */
interface Piece {
  readonly bytes: Buffer | undefined
  readonly offset: number
}

function* pieces(file: string): Generator<Piece, void, undefined> {
  const descriptor = withReason(file, () => openSync(file, 'r'))
  try {
    let held = Buffer.allocUnsafe(PIECE)
    /** Where the file's bytes that `held` has begin, and how many these are. */
    let [offset, filled] = [0, 0]
    for (;;) {
      const from = filled
      filled += withReason(file, () =>
        readSync(descriptor, held, filled, held.length - filled, null),
      )
      if (filled === from) return
      const bytes = held.subarray(0, filled)
      let start = 0
      for (let end = bytes.indexOf(NEWLINE, from); end >= 0; end = bytes.indexOf(NEWLINE, start)) {
        yield { bytes: bytes.subarray(start, end), offset: offset + start }
        start = end + 1
      }
      offset += start
      filled -= start
      if (filled > MOST_BYTES) yield { bytes: undefined, offset }
      const room = filled < held.length ? held : Buffer.allocUnsafe(2 * held.length)
      bytes.copy(room, 0, start)
      held = room
    }
  } finally {
    closeSync(descriptor)
  }
}

function withReason<T>(file: string, work: () => T): T {
  try {
    return work()
  } catch (error) {
    throw new FeedalignError(`cannot read ${file}: ${reason(error)}`)
  }
}
