import { FeedalignError } from '../errors.js'
import { luma } from './luma.js'

/** Rows and columns of an image. */
export const SIDE = 32
const PIXELS = SIDE * SIDE

/** Bytes of an example: its label, then planes of red, green and blue, each row by row. */
export const RECORD = 1 + 3 * PIXELS

const CLASSES = 10

/** Images of CIFAR-10 and their labels. */
export interface CifarImages {
  /** [count × 32 × 32 × 3], or grey [count × 32 × 32], row-major. */
  readonly inputs: Uint8Array
  /** [count], 0 to 9. */
  readonly labels: Uint8Array
}

/**
 * What a file of CIFAR-10's binary version holds, in colour or grey. Throws `FeedalignError` naming
 * file, offset, found and expected.
 */
export function parseCifar(bytes: Uint8Array, file: string, colour: boolean): CifarImages {
  const count = bytes.length / RECORD
  if (count === 0 || !Number.isInteger(count)) {
    throw new FeedalignError(`${file}: ${bytes.length} bytes, expected whole examples of ${RECORD}`)
  }
  const width = colour ? 3 * PIXELS : PIXELS
  const inputs = new Uint8Array(count * width)
  const labels = new Uint8Array(count)
  const turn = colour ? toColour : toGrey
  for (let example = 0; example < count; example++) {
    const start = example * RECORD
    const label = bytes[start] ?? 0
    if (label >= CLASSES) {
      throw new FeedalignError(`${file}: offset ${start}: label ${label}, expected 0 to 9`)
    }
    labels[example] = label
    turn(bytes.subarray(start + 1, start + RECORD), inputs, example * width)
  }
  return { inputs, labels }
}

/** Red, green and blue of a pixel side by side. */
function toColour(planes: Uint8Array, inputs: Uint8Array, at: number): void {
  for (let pixel = 0; pixel < PIXELS; pixel++) {
    inputs[at++] = planes[pixel] ?? 0
    inputs[at++] = planes[pixel + PIXELS] ?? 0
    inputs[at++] = planes[pixel + 2 * PIXELS] ?? 0
  }
}

function toGrey(planes: Uint8Array, inputs: Uint8Array, at: number): void {
  for (let pixel = 0; pixel < PIXELS; pixel++) {
    const green = planes[pixel + PIXELS] ?? 0
    inputs[at++] = luma(planes[pixel] ?? 0, green, planes[pixel + 2 * PIXELS] ?? 0)
  }
}
