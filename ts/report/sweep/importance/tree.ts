import type { Cells } from './cells.js'

/** A regression tree over cells of parameters (Breiman et al., 1984). */
export type Node = Leaf | Split

export interface Leaf {
  readonly value: number
}

export interface Split {
  readonly parameter: number
  /** By cell: whether it belongs to the left. */
  readonly left: readonly boolean[]
  readonly below: readonly [left: Node, right: Node]
}

/** Configurations that a leaf is the mean of, at least. */
const LEAST = 3

/** The tree of these rows of `targets`, where each split takes away the most of their variance. */
export function grow(
  parameters: readonly Cells[],
  targets: Float64Array,
  rows: readonly number[],
): Node {
  const split = bestSplit(parameters, targets, rows)
  if (split === undefined) return { value: mean(targets, rows) }
  const { parameter, left } = split
  const cells = parameters[parameter]?.of ?? new Uint8Array()
  const side = (wanted: boolean): Node => {
    const own = rows.filter((row) => left[cells[row] ?? 0] === wanted)
    return grow(parameters, targets, own)
  }
  return { parameter, left, below: [side(true), side(false)] }
}

export function predict(tree: Node, parameters: readonly Cells[], row: number): number {
  let node = tree
  while (!('value' in node)) {
    const cell = parameters[node.parameter]?.of[row] ?? 0
    node = node.below[node.left[cell] === true ? 0 : 1]
  }
  return node.value
}

interface Cut {
  readonly gain: number
  readonly left: readonly boolean[]
}

function bestSplit(parameters: readonly Cells[], targets: Float64Array, rows: readonly number[]) {
  if (rows.length < 2 * LEAST) return undefined
  let best: (Cut & { parameter: number }) | undefined
  for (const [parameter, cells] of parameters.entries()) {
    const cut = bestCut(cells, targets, rows)
    if (cut !== undefined && cut.gain > (best?.gain ?? 1e-12)) best = { parameter, ...cut }
  }
  return best
}

/** Choices are cut in the order of their means, which holds the best of all cuts. */
function bestCut(
  { of, mass, ordered }: Cells,
  targets: Float64Array,
  rows: readonly number[],
): Cut | undefined {
  const counts = mass.map(() => 0)
  const sums = mass.map(() => 0)
  for (const row of rows) {
    const cell = of[row] ?? 0
    counts[cell] = (counts[cell] ?? 0) + 1
    sums[cell] = (sums[cell] ?? 0) + (targets[row] ?? 0)
  }
  const total = sums.reduce((a, b) => a + b, 0)
  const overall = total / rows.length
  const average = (cell: number): number =>
    counts[cell] === 0 ? overall : (sums[cell] ?? 0) / (counts[cell] ?? 1)
  const order = mass.map((_, cell) => cell)
  if (!ordered) order.sort((a, b) => average(a) - average(b))
  const found = scan(order, counts, sums, total)
  if (found === undefined) return undefined
  const left = mass.map(() => false)
  for (const cell of order.slice(0, found.end)) left[cell] = true
  return { gain: found.gain, left }
}

/** Where cells in this order are best cut: in the middle of those that are empty there. */
function scan(
  order: readonly number[],
  counts: readonly number[],
  sums: readonly number[],
  total: number,
): { end: number; gain: number } | undefined {
  const all = counts.reduce((a, b) => a + b, 0)
  let best: { end: number; gain: number } | undefined
  let [count, sum, after] = [0, 0, 0]
  for (const [i, cell] of order.entries()) {
    if (counts[cell] === 0) continue
    const rest = all - count
    if (count >= LEAST && rest >= LEAST) {
      const gain = sum ** 2 / count + (total - sum) ** 2 / rest - total ** 2 / all
      if (gain > (best?.gain ?? 0)) best = { end: Math.ceil((after + i) / 2), gain }
    }
    count += counts[cell] ?? 0
    sum += sums[cell] ?? 0
    after = i + 1
  }
  return best
}

function mean(targets: Float64Array, rows: readonly number[]): number {
  return rows.reduce((sum, row) => sum + (targets[row] ?? 0), 0) / rows.length
}
