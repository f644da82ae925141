/** Digits as strokes, and how far every point around them is from the nearest. */

/** Points x, y of each digit's line, in a box of 10 × 10 with y downwards. */
const SIX = '7.5,.8 5,0 2.8,1.6 1.8,5 2,8 4.8,10 7.6,9 8.2,7 7,4.8 4.8,4.3 2.2,6'
const LINES = [
  '5,0 8,1.5 8.5,5 8,8.5 5,10 2,8.5 1.5,5 2,1.5 5,0',
  '3,2 5.5,0 5.5,10',
  '2,2.5 3,.6 5,0 7,.6 8,2.5 7,5 2,10 8.3,10',
  '2,1 5,0 7.5,1 8,2.6 7,4.4 4.5,4.8 7,5.3 8.3,7.2 7.5,9.2 5,10 1.8,9',
  '6.5,10 6.5,0 1.5,7 8.5,7',
  '8,0 2.8,0 2.2,4.6 5,3.8 7.6,4.8 8.3,7 7.4,9.2 4.8,10 1.8,9',
  SIX,
  '1.8,0 8.2,0 4.5,10',
  '5,4.7 2.6,3.7 2.2,2 3,.5 5,0 7,.5 7.8,2 7.4,3.7 5,4.7 2.4,5.9 1.8,7.8 2.8,9.5 5,10 ' +
    '7.2,9.5 8.2,7.8 7.6,5.9 5,4.7',
]

type Point = readonly [number, number]

const points = (line: string): Point[] =>
  line.split(' ').map((text) => {
    const [x = 0, y = 0] = text.split(',').map(Number)
    return [x, y]
  })

/** A nine is a six upside down. */
const digits: readonly (readonly Point[])[] = [
  ...LINES.map(points),
  points(SIX).map(([x, y]): Point => [10 - x, 10 - y]),
]

/** The fields reach from −3 to 13 in both directions, in cells of a quarter. */
const [FROM, CELLS, PER_UNIT] = [-3, 64, 4]

/** Farther than any stroke is wide. */
export const FAR = 3

let fields: readonly Float32Array[] | undefined

/** How far each cell is from a digit's line, at most {@link FAR}; see {@link distance}. */
export function fieldOf(digit: number): Float32Array {
  fields ??= digits.map(field)
  return fields[digit] ?? new Float32Array(CELLS * CELLS).fill(FAR)
}

/** How far a point of the box is from the line whose field this is, to a quarter. */
export function distance(field: Float32Array, x: number, y: number): number {
  const column = Math.floor((x - FROM) * PER_UNIT)
  const row = Math.floor((y - FROM) * PER_UNIT)
  if (column < 0 || row < 0 || column >= CELLS || row >= CELLS) return FAR
  return field[row * CELLS + column] ?? FAR
}

function field(line: readonly Point[]): Float32Array {
  return Float32Array.from({ length: CELLS * CELLS }, (_, cell) => {
    const x = FROM + ((cell % CELLS) + 0.5) / PER_UNIT
    const y = FROM + (Math.floor(cell / CELLS) + 0.5) / PER_UNIT
    const parts = line.slice(1).map((to, place) => toSegment([x, y], line[place] ?? to, to))
    return Math.min(FAR, ...parts)
  })
}

function toSegment([x, y]: Point, [ax, ay]: Point, [bx, by]: Point): number {
  const [dx, dy] = [bx - ax, by - ay]
  const along = ((x - ax) * dx + (y - ay) * dy) / (dx * dx + dy * dy)
  const share = Math.min(1, Math.max(0, along))
  const [px, py] = [x - ax - share * dx, y - ay - share * dy]
  return Math.sqrt(px * px + py * py)
}
