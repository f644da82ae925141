import { COLOURS, PIXELS, SIDE } from '../sets/svhnPixels.js'
import { distance, FAR, fieldOf } from './glyphs.js'
import type { Draws } from './random.js'

/** Shares of digits 0 to 9 in per cent: house numbers begin with small ones. */
export const SHARES = [7, 19, 14, 12, 10, 9, 8, 8, 7, 6]

const MIDDLE = SIDE / 2

/** A digit as it lies in the image: from a place there to one in the digit's box. */
interface Placed {
  readonly field: Float32Array
  readonly x: number
  readonly y: number
  /** Units of the box for a pixel across, down, and sideways for one down. */
  readonly across: number
  readonly down: number
  readonly slant: number
  readonly thickness: number
}

/**
 * Writes an image [32 × 32 × 3, column-major] of a digit: drawn by strokes of any width, slant and
 * size, in the middle but for some pixels, often with another digit cut off at the left or right,
 * in one colour on another that grows lighter to one side, under noise.
 */
export function drawHouseNumber(image: Uint8ClampedArray, digit: number, draws: Draws): void {
  const middle = place(digit, draws)
  const placed = [middle]
  for (const side of [-1, 1]) {
    if (draws.between(0, 1) < 0.4) {
      const x = MIDDLE + side * draws.between(17, 24)
      placed.push({ ...middle, field: fieldOf(draws.weighted(SHARES)), x })
    }
  }
  paint(image, placed, draws)
  addNoise(image, draws.between(2, 12), draws)
}

function place(digit: number, draws: Draws): Placed {
  const height = draws.between(18, 27)
  return {
    field: fieldOf(digit),
    x: MIDDLE + draws.between(-2, 2),
    y: MIDDLE + draws.between(-2, 2),
    across: 10 / (height * draws.between(0.55, 0.8)),
    down: 10 / height,
    slant: draws.between(-0.12, 0.12),
    thickness: draws.between(0.6, 1.5),
  }
}

/** How much of each pixel lies under a digit, 0 to 1: raises what is there already. */
function cover(covered: Float32Array, one: Placed): void {
  const { field, across, down, slant, thickness } = one
  let i = 0
  for (let column = 0; column < SIDE; column++) {
    for (let row = 0; row < SIDE; row++) {
      const y = row - one.y
      const far = distance(field, 5 + across * (column - one.x) + slant * y, 5 + down * y)
      if (far < FAR) {
        const share = Math.min(1, (thickness - far) / down + 0.5)
        if (share > (covered[i] ?? 0)) covered[i] = share
      }
      i++
    }
  }
}

function paint(image: Uint8ClampedArray, placed: readonly Placed[], draws: Draws): void {
  const paper = colour(() => draws.between(30, 225))
  // Lighter or darker throughout, so that a digit can be told from what it stands on.
  const light = paper.red + paper.green + paper.blue < 3 * 128
  const contrast = draws.between(50, 130) * (light ? 1 : -1)
  const ink = colour(() => contrast + draws.between(-25, 25))
  const right = draws.between(-1, 1)
  const down = draws.between(-1, 1)
  const covered = new Float32Array(PIXELS)
  for (const one of placed) cover(covered, one)
  for (let i = 0; i < PIXELS; i++) {
    const share = covered[i] ?? 0
    const shade = right * (Math.floor(i / SIDE) - MIDDLE) + down * ((i % SIDE) - MIDDLE)
    image[i] = paper.red + shade + share * ink.red
    image[i + PIXELS] = paper.green + shade + share * ink.green
    image[i + 2 * PIXELS] = paper.blue + shade + share * ink.blue
  }
}

const colour = (value: () => number) => ({ red: value(), green: value(), blue: value() })

/** Up to so much up or down, evenly: as much as makes real photographs hard to pack. */
function addNoise(image: Uint8ClampedArray, most: number, draws: Draws): void {
  const scale = most / 127.5
  for (let i = 0; i < COLOURS; i += 4) {
    const word = draws.word()
    image[i] = (image[i] ?? 0) + scale * (word & 255) - most
    image[i + 1] = (image[i + 1] ?? 0) + scale * ((word >>> 8) & 255) - most
    image[i + 2] = (image[i + 2] ?? 0) + scale * ((word >>> 16) & 255) - most
    image[i + 3] = (image[i + 3] ?? 0) + scale * (word >>> 24) - most
  }
}
