import { UsageError } from '../errors.js'
import { unitsOf, type Layout } from './blocks.js'

const MAX_WIDTH = 1_000_000

/** A size down and across: one number for both, or a pair. */
export type Size = number | readonly [number, number]

/** The pair of a size, of whole numbers from `least` on; `what` is what messages call it. */
export function pairOf(size: Size, what: string, least = 1): readonly [number, number] {
  const pair = typeof size === 'number' ? ([size, size] as const) : size
  for (const n of pair) checkWhole(n, what, least)
  return pair
}

/** Throws `UsageError` unless it is a whole number from `least` to 1,000,000. */
export function checkWhole(n: number, what: string, least = 1): void {
  if (Number.isInteger(n) && n >= least && n <= MAX_WIDTH) return
  throw new UsageError(`${what} is ${n}, not a whole number from ${least} to 1,000,000`)
}

/** Height, width and channels of a layout of places; `what` needs them. */
export function placesOf(layout: Layout, at: string, what: string): [number, number, number] {
  const [height, width, channels] = layout
  if (height !== undefined && width !== undefined && channels !== undefined) {
    return [height, width, channels]
  }
  throw new UsageError(
    `${at}: ${what} needs places of height, width and channels below it, and finds ` +
      `${unitsOf(layout)} units in a row; begin the network with its layout, like 28x28x1`,
  )
}

/** `28 × 28 × 1`. */
export const times = (layout: Layout): string => layout.join(' × ')
