import * as v from 'valibot'
import type { Structure } from '../../engine/program.js'
import { UsageError } from '../../errors.js'
import { unitsOf, type Block, type Layout, type Mapped, type PartOrName } from '../blocks.js'
import { checkWhole, pairOf, placesOf, times, type Size } from '../checks.js'
import { partsOf } from '../parts/index.js'
import { positive, sizeOf } from '../schemas.js'

/**
 * Units at places of their own, each of which sees a field of the layout below around its place,
 * with weights that it shares with nobody: W [inputs × units], of which what lies outside fields is
 * zero for ever. Sixteen neighbours see the union of their fields, so a multiple of 16 units a
 * place is best.
 */
export interface Local2d {
  readonly kind: 'local2d'
  readonly field: readonly [number, number]
  /** Places down and across. */
  readonly layout: readonly [number, number]
  /** Units at each place. */
  readonly units: number
}

/** Sizes of local receptive fields, a number for both directions or [down, across]. */
export interface LocalOptions {
  readonly field: Size
  readonly layout: Size
  readonly units: number
}

/** Local receptive fields, with their parts: activations by name, and so on. */
export function local2d({ field, layout, units }: LocalOptions, ...parts: PartOrName[]): Block {
  checkWhole(units, 'the units of local2d')
  const linear: Local2d = {
    kind: 'local2d',
    field: pairOf(field, 'the field of local2d'),
    layout: pairOf(layout, 'the layout of local2d'),
    units,
  }
  return { linear, parts: partsOf(parts) }
}

export function mapLocal2d({ field, layout, units }: Local2d, input: Layout, at: string): Mapped {
  const [height, width, channels] = placesOf(input, at, 'local2d')
  if (field[0] > height || field[1] > width) {
    throw new UsageError(
      `${at}.field: ${times(field)} is larger than the ${height} × ${width} places below; ` +
        `choose at most ${height} × ${width}`,
    )
  }
  const linear = [...layout, units]
  const seen = (field[0] * field[1]) / (height * width)
  return {
    linear,
    weight: [unitsOf(input), unitsOf(linear)],
    fanIn: field[0] * field[1] * channels,
    fanOut: Math.max(1, unitsOf(linear) * seen),
  }
}

/** The structure of W, and of what stands in for it. */
export function structureOf({ field, layout, units }: Local2d, input: Layout): Structure {
  const [height = 1, width = 1, channels = 1] = input
  return {
    kind: 'local2d',
    below: [height, width, channels],
    layout: [layout[0], layout[1], units],
    field: [field[0], field[1]],
  }
}

/** Where along an axis the field of a place begins; as the engine has it. */
function begin(size: number, places: number, field: number, place: number): number {
  const at = Math.floor(((2 * place + 1) * size - field * places + places) / (2 * places))
  return Math.min(Math.max(at, 0), size - field)
}

/** Weights that are there: of each 16 units the union of their fields. */
export function weightsOf(map: Local2d, [height = 1, width = 1, channels = 1]: Layout): number {
  const { field, layout, units } = map
  const count = layout[0] * layout[1] * units
  let sum = 0
  for (let first = 0; first < count; first += 16) {
    const end = Math.min(first + 16, count)
    const seen = new Set<number>()
    for (let place = Math.floor(first / units); place * units < end; place++) {
      const top = begin(height, layout[0], field[0], Math.floor(place / layout[1]))
      const left = begin(width, layout[1], field[1], place % layout[1])
      for (let y = top; y < top + field[0]; y++)
        for (let x = left; x < left + field[1]; x++) seen.add(y * width + x)
    }
    sum += seen.size * channels * (end - first)
  }
  return sum
}

export const local2dSchema = v.strictObject({
  kind: v.literal('local2d'),
  field: sizeOf(positive),
  layout: sizeOf(positive),
  units: positive,
})

/** `local14x14:2x2x375`: fields of 14 × 14, 2 × 2 places of 375 units. */
export const local2dShort = {
  example: 'local14x14:2x2x375',
  pattern: /^local(\d+)(?:x(\d+))?:(\d+)x(\d+)x(\d+)$/,
  read: ([, down, across, rows, columns, units]: readonly string[]): Block =>
    local2d({
      field: [Number(down), Number(across ?? down)],
      layout: [Number(rows), Number(columns)],
      units: Number(units),
    }),
  write: ({ field, layout, units }: Local2d): string =>
    `local${field.join('x')}:${layout.join('x')}x${units}`,
}
