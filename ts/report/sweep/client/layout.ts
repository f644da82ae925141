import { ABSENT } from './axes.js'

/** Where axes stand in their picture, in pixels. */
export interface Layout {
  readonly width: number
  readonly height: number
  /** Of an axis, by number. */
  readonly x: (axis: number) => number
  /** Of a place on any axis, and back. */
  readonly y: (place: number) => number
  readonly placeAt: (y: number) => number
  /** Between two axes. */
  readonly gap: number
}

const HEIGHT = 420
const SIDE = 70
const TOP = 40
const BOTTOM = 24
/** Least room for an axis and its labels; the picture scrolls where there is less. */
const ROOM = 110

export function layoutOf(axes: number, room: number): Layout {
  const width = Math.max(room, 2 * SIDE + ROOM * (axes - 1))
  const gap = axes === 1 ? 0 : (width - 2 * SIDE) / (axes - 1)
  const length = (HEIGHT - TOP - BOTTOM) / (1 - ABSENT)
  return {
    width,
    height: HEIGHT,
    gap,
    x: (axis) => (axes === 1 ? width / 2 : SIDE + axis * gap),
    y: (place) => TOP + (1 - place) * length,
    placeAt: (y) => 1 - (y - TOP) / length,
  }
}

/**
 * The line nearest to a point, of those of `indices`, and at most 12 pixels above or below it;
 * `places` are by line, then by axis.
 */
export function nearest(
  { x, y, gap }: Layout,
  places: Float32Array,
  axes: number,
  indices: readonly number[],
  point: { readonly x: number; readonly y: number },
): number | undefined {
  const along = gap === 0 ? 0 : (point.x - x(0)) / gap
  const from = Math.max(0, Math.min(axes - 2, Math.floor(along)))
  const part = Math.max(0, Math.min(1, along - from))
  let [best, least]: [number | undefined, number] = [undefined, 12]
  for (const index of indices) {
    const start = places[index * axes + from] ?? 0
    const end = places[index * axes + from + 1] ?? start
    const far = Math.abs(y(start + part * (end - start)) - point.y)
    if (far < least) [best, least] = [index, far]
  }
  return best
}
