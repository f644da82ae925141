import * as v from 'valibot'
import { unitsOf, type Block, type Layout, type Mapped, type PartOrName } from '../blocks.js'
import { checkWhole } from '../checks.js'
import { partsOf } from '../parts/index.js'
import { positive } from '../schemas.js'

/** Every unit sees every input: W [inputs × width]. */
export interface Dense {
  readonly kind: 'dense'
  readonly width: number
}

/** A fully connected block of `width` units; activations by name, identity unless told. */
export function dense(width: number, ...parts: PartOrName[]): Block {
  checkWhole(width, 'the width of a dense block')
  return { linear: { kind: 'dense', width }, parts: partsOf(parts) }
}

export function mapDense({ width }: Dense, input: Layout): Mapped {
  const inputs = unitsOf(input)
  return { linear: [width], weight: [inputs, width], fanIn: inputs, fanOut: width }
}

export const denseSchema = v.strictObject({ kind: v.literal('dense'), width: positive })

/** `1500`. */
export const denseShort = {
  example: '1500',
  pattern: /^(\d+)$/,
  read: ([, width]: readonly string[]): Block => dense(Number(width)),
  write: ({ width }: Dense): string => String(width),
}
