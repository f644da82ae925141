/** Damaged files: what a reader must survive. */
import { FeedalignError } from '../../ts/errors.js'

/** Inputs of a reader: a seeded share, or with FEEDALIGN_LONG a million and more. */
export const INPUTS = process.env['FEEDALIGN_LONG'] === undefined ? 2000 : 1_000_000

/** Milliseconds for them, of which a reader that hangs runs out. */
export const LIMIT = 120_000 + 5 * INPUTS

/**
 * What a reader may allocate beside four times its input: tables, and the least that zlib takes.
 */
const BESIDE = 2 ** 19

/** Whole numbers that break what multiplies, adds or subtracts sizes. */
const EXTREMES = [
  0,
  1,
  2,
  0x7f,
  0x80,
  0xff,
  0x7fff,
  0x8000,
  0xffff,
  0x7fffffff,
  0x80000000,
  2 ** 32 - 1,
]

/** Draws whole numbers from 0 to below `below`: the same for the same seed. */
export function draws(seed: number): (below: number) => number {
  let state = (seed + 1) >>> 0
  return (below) => {
    state = (state + 0x9e3779b9) >>> 0
    let mixed = Math.imul(state ^ (state >>> 16), 0x21f0aaad)
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97)
    return Math.floor((((mixed ^ (mixed >>> 15)) >>> 0) / 2 ** 32) * below)
  }
}

type Draw = (below: number) => number

const kinds: readonly ((bytes: Buffer, draw: Draw) => Buffer)[] = [
  function setByte(bytes, draw) {
    bytes[draw(bytes.length)] = draw(256)
    return bytes
  },
  function flipBit(bytes, draw) {
    const at = draw(bytes.length)
    bytes[at] = (bytes[at] ?? 0) ^ (1 << draw(8))
    return bytes
  },
  function setNumber(bytes, draw) {
    const size = [1, 2, 4][draw(3)] ?? 4
    if (bytes.length < size) return bytes
    const value = (EXTREMES[draw(EXTREMES.length)] ?? 0) % 2 ** (8 * size)
    const at = draw(bytes.length - size + 1)
    if (draw(2) === 0) bytes.writeUIntBE(value, at, size)
    else bytes.writeUIntLE(value, at, size)
    return bytes
  },
  (bytes, draw) => bytes.subarray(0, draw(bytes.length + 1)),
  function remove(bytes, draw) {
    const at = draw(bytes.length)
    return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1 + draw(16))])
  },
  function insert(bytes, draw) {
    const at = draw(bytes.length + 1)
    const between = Buffer.from(Array.from({ length: 1 + draw(16) }, () => draw(256)))
    return Buffer.concat([bytes.subarray(0, at), between, bytes.subarray(at)])
  },
  function copyWithin(bytes, draw) {
    const from = draw(bytes.length)
    bytes.copyWithin(draw(bytes.length), from, from + 1 + draw(64))
    return bytes
  },
]

/** A copy of `bytes` with one to four damages; one in sixteen is random bytes altogether. */
export function damaged(bytes: Uint8Array, seed: number): Buffer {
  const draw = draws(seed)
  if (draw(16) === 0) return Buffer.from(Array.from({ length: draw(200) }, () => draw(256)))
  let copy: Buffer = Buffer.from(bytes)
  for (let damages = 1 + draw(4); damages > 0 && copy.length > 0; damages--) {
    copy = kinds[draw(kinds.length)]?.(copy, draw) ?? copy
  }
  return copy
}

/**
 * Runs `parse` on `INPUTS` damaged copies of the files of `corpus`. Throws where it throws anything
 * but `FeedalignError`, or allocates more than four times the input and half a MiB. A hang is what
 * the test's time limit is for.
 */
export async function survive(
  corpus: readonly Uint8Array[],
  parse: (bytes: Buffer) => unknown,
): Promise<{ readonly accepted: number; readonly refused: number }> {
  let accepted = 0
  for (let seed = 0; seed < INPUTS; seed++) {
    const bytes = damaged(corpus[seed % corpus.length] ?? new Uint8Array(), seed)
    const before = process.memoryUsage().arrayBuffers
    try {
      await parse(bytes)
      accepted++
    } catch (error) {
      if (!(error instanceof FeedalignError)) throw told(seed, bytes, error)
    }
    const allocated = process.memoryUsage().arrayBuffers - before
    if (allocated > 4 * bytes.length + BESIDE) {
      throw told(seed, bytes, `${allocated} bytes allocated for ${bytes.length}`)
    }
  }
  return { accepted, refused: INPUTS - accepted }
}

function told(seed: number, bytes: Buffer, cause: unknown): Error {
  const start = bytes.subarray(0, 64).toString('hex')
  return new Error(`damage ${seed}, ${bytes.length} bytes, ${start}…: ${String(cause)}`, { cause })
}
