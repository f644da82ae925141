/**
 * Philox4x32-10 of Salmon et al. (SC 2011), in integers without bounds, and the draws that the
 * project makes of it.
 */
import { matrix, type Matrix } from './matrix.js'
import { normalQuantile } from './normal.js'

export const streams = ['weights', 'feedback', 'order', 'dropout', 'augmentation', 'noise'] as const

/** Where a draw stands: its stream, and its step and index therein. */
export interface Address {
  seed: number
  stream: (typeof streams)[number]
  step: number
  index: number
}

const WORD = 1n << 32n

/** Four words from a counter of four and a key of two. */
export function philox(counter: readonly bigint[], key: readonly bigint[]): bigint[] {
  let [a = 0n, b = 0n, c = 0n, d = 0n] = counter
  let [k = 0n, l = 0n] = key
  for (let round = 0; round < 10; round++) {
    const first = a * 0xd2511f53n
    const second = c * 0xcd9e8d57n
    ;[a, b, c, d] = [(second / WORD) ^ b ^ k, second % WORD, (first / WORD) ^ d ^ l, first % WORD]
    k = (k + 0x9e3779b9n) % WORD
    l = (l + 0xbb67ae85n) % WORD
  }
  return [a, b, c, d]
}

/** The word of an element, 0 to 2³² − 1: one of the four of its block of elements. */
export function word({ seed, stream, step, index }: Address, element: number): number {
  const [high, low] = [BigInt(seed) / WORD, BigInt(seed) % WORD]
  const key = [low, high ^ (BigInt(streams.indexOf(stream)) << 24n)]
  const block = BigInt(Math.floor(element / 4))
  const counter = [block, BigInt(index), BigInt(step) % WORD, BigInt(step) / WORD]
  return Number(philox(counter, key)[element % 4])
}

/** The middle of one of 2³² equal steps from 0 to 1. */
const unit = (one: number): number => (one + 0.5) / 2 ** 32

/** U(−range, range): the middles of 2²⁴ equal steps. */
export const uniform = (address: Address, rows: number, columns: number, range: number): Matrix =>
  matrix(rows, columns, (row, column) => {
    const step = Math.floor(word(address, row * columns + column) / 256)
    return range * ((step + 0.5) / 2 ** 23 - 1)
  })

/** N(0, deviation²), by inversion. */
export const normal = (
  address: Address,
  rows: number,
  columns: number,
  deviation: number,
): Matrix =>
  matrix(rows, columns, (row, column) => {
    return deviation * normalQuantile(unit(word(address, row * columns + column)))
  })

/** One with probability 1 − rate, else zero. */
export const kept = (address: Address, rows: number, columns: number, rate: number): Matrix =>
  matrix(rows, columns, (row, column) =>
    unit(word(address, row * columns + column)) < rate ? 0 : 1,
  )
