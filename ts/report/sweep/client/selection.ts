/** Which configurations are shown: those within the ranges of all axes, and of these the best. */

/** From one place of an axis to another, ends included. */
export type Range = readonly [number, number]

export interface Filter {
  /** By axis; a value has to lie in one of its ranges, and anywhere where there are none. */
  readonly ranges: readonly (readonly Range[])[]
  /** How many at most; undefined for all. */
  readonly top: number | undefined
}

/** Their indices, the best first, as they stand in `places`: by configuration, then by axis. */
export function selected(places: Float32Array, { ranges, top }: Filter): number[] {
  const axes = ranges.length
  const bound = ranges.map((_, axis) => axis).filter((axis) => ranges[axis]?.length !== 0)
  const found: number[] = []
  for (let i = 0; i * axes < places.length && found.length < (top ?? Infinity); i++) {
    if (bound.every((axis) => within(ranges[axis] ?? [], places[i * axes + axis] ?? NaN)))
      found.push(i)
  }
  return found
}

/** Half of what a single value takes of an axis: it takes in what rounding moved. */
export const NEAR = 1e-6

export function within(ranges: readonly Range[], place: number): boolean {
  return ranges.some(([low, high]) => place >= low - NEAR && place <= high + NEAR)
}
