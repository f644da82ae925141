/** SVHN's images as they lie in its files, turned into rows of inputs. */
import { luma } from '../luma.js'

/** Rows and columns of an image. */
export const SIDE = 32
export const PIXELS = SIDE * SIDE
/** Bytes of an image: three planes, red, green and blue, each column by column. */
export const COLOURS = 3 * PIXELS

/** Writes image after image [32 × 32 × 3, column-major] to rows, from `at` on. */
export type Turn = (images: Uint8Array, rows: Uint8Array, at: number) => void

/** Rows of 1,024: luma. */
export const toGrey: Turn = (images, rows, at) => {
  for (let first = 0; first < images.length; first += COLOURS) {
    for (let row = 0; row < SIDE; row++) {
      for (let red = first + row; red < first + PIXELS; red += SIDE) {
        const green = images[red + PIXELS] ?? 0
        rows[at++] = luma(images[red] ?? 0, green, images[red + 2 * PIXELS] ?? 0)
      }
    }
  }
}

/** Rows of 3,072 [32 × 32 × 3]: red, green and blue side by side. */
export const toColour: Turn = (images, rows, at) => {
  for (let first = 0; first < images.length; first += COLOURS) {
    for (let row = 0; row < SIDE; row++) {
      for (let red = first + row; red < first + PIXELS; red += SIDE) {
        rows[at++] = images[red] ?? 0
        rows[at++] = images[red + PIXELS] ?? 0
        rows[at++] = images[red + 2 * PIXELS] ?? 0
      }
    }
  }
}

/** Mean and deviation of an image of normalised contrast: 2.6 deviations fit on either side. */
const MEAN = 128
const DEVIATION = 48
/** Added to the variance, so that noise on an even image stays small. */
const LEAST_VARIANCE = 10

/**
 * Gives each of the rows of `width`, from place `start` to `end`, mean 128 and deviation 48;
 * what is then below 0 or above 255 is cut off there. Bytes stay bytes, a quarter of floats.
 */
export function normaliseContrast(
  rows: Uint8Array,
  width: number,
  start: number,
  end: number,
): void {
  for (let first = start; first < end; first += width) {
    let [sum, squares] = [0, 0]
    for (let i = first; i < first + width; i++) {
      const value = rows[i] ?? 0
      sum += value
      squares += value * value
    }
    const mean = sum / width
    const scale = DEVIATION / Math.sqrt(squares / width - mean * mean + LEAST_VARIANCE)
    for (let i = first; i < first + width; i++) {
      const value = Math.round(MEAN + scale * ((rows[i] ?? 0) - mean))
      rows[i] = Math.min(255, Math.max(0, value))
    }
  }
}
