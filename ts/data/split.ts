import { UsageError } from '../errors.js'
import type { Examples } from './examples.js'

/** Indices into the same examples, ascending: nothing is copied. */
export interface Split {
  readonly train: Uint32Array
  readonly validation: Uint32Array
}

/**
 * Sets `fraction` (0 to below 1) aside for validation or `what` else, chosen by the seed: of each
 * class, or, where the examples are of groups, of these, whole. The same seed chooses the same
 * examples whatever is trained on them. Throws `UsageError` where nothing is set aside, or all
 * examples of a class are.
 */
export function split(
  examples: Examples,
  fraction: number,
  seed: number,
  what: 'validation' | 'test' = 'validation',
): Split {
  if (!(fraction >= 0 && fraction < 1)) {
    throw new UsageError(`${what} ${fraction} is not a fraction from 0 to below 1`)
  }
  const all = Uint32Array.from({ length: examples.count }, (_, example) => example)
  if (fraction === 0) return { train: all, validation: new Uint32Array() }
  const { groups } = examples
  const share = { what, fraction }
  const chosen =
    groups === undefined ? ofClasses(examples, share, seed) : ofGroups(groups, share, seed)
  return {
    train: all.filter((example) => chosen[example] === 0),
    validation: all.filter((example) => chosen[example] === 1),
  }
}

/** How much is set aside, and what for. */
interface Share {
  readonly what: string
  readonly fraction: number
}

/** 1 for each example chosen: the same share of each class. */
function ofClasses({ count, targets }: Examples, share: Share, seed: number): Uint8Array {
  const order = shuffled(count, seed)
  const classes = targets.kind === 'labels' ? targets.classes : 1
  const label = (example: number): number =>
    targets.kind === 'labels' ? (targets.labels[example] ?? 0) : 0
  const counts = new Uint32Array(classes)
  for (const example of order) {
    const place = label(example)
    counts[place] = (counts[place] ?? 0) + 1
  }
  const wanted = counts.map((count) => Math.round(count * share.fraction))
  checkShares(share, counts, wanted, targets.kind)
  const chosen = new Uint8Array(count)
  for (const example of order) {
    const left = wanted[label(example)] ?? 0
    if (left === 0) continue
    chosen[example] = 1
    wanted[label(example)] = left - 1
  }
  return chosen
}

/** 1 for each example of the groups chosen, a share of the groups whatever their sizes. */
function ofGroups(groups: Uint32Array, share: Share, seed: number): Uint8Array {
  const known = [...new Set(groups)].sort((a, b) => a - b)
  const wanted = Math.round(known.length * share.fraction)
  if (wanted === 0 || wanted === known.length) {
    const cure = `take a fraction that comes to 1 to ${known.length - 1} of them`
    throw new UsageError(
      `${share.what} ${share.fraction} of ${known.length} groups, as speakers are, is ${wanted}; ${cure}`,
    )
  }
  const order = shuffled(known.length, seed)
  const chosen = new Set([...order.subarray(0, wanted)].map((place) => known[place]))
  return Uint8Array.from(groups, (group) => (chosen.has(group) ? 1 : 0))
}

function checkShares(
  { what, fraction }: Share,
  counts: Uint32Array,
  wanted: Uint32Array,
  kind: 'labels' | 'values',
): void {
  const emptied = counts.findIndex((count, place) => count > 0 && wanted[place] === count)
  if (emptied >= 0) {
    const which = kind === 'labels' ? `class ${emptied}'s ` : ''
    throw new UsageError(
      `${what} ${fraction} leaves none of ${which}${counts[emptied]} examples to train on`,
    )
  }
  if (wanted.every((count) => count === 0)) {
    throw new UsageError(`${what} ${fraction} of these examples is none; take a larger one`)
  }
}

/** Fisher and Yates by a 32-bit mixing generator: good enough to choose a split, and portable. */
function shuffled(count: number, seed: number): Uint32Array {
  const order = Uint32Array.from({ length: count }, (_, i) => i)
  let state = (seed ^ (seed / 2 ** 32)) >>> 0
  const next = (): number => {
    state = (state + 0x9e3779b9) >>> 0
    let mixed = Math.imul(state ^ (state >>> 16), 0x21f0aaad)
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97)
    return (mixed ^ (mixed >>> 15)) >>> 0
  }
  for (let last = count - 1; last > 0; last--) {
    const chosen = Math.floor((next() / 2 ** 32) * (last + 1))
    const held = order[last] ?? 0
    order[last] = order[chosen] ?? 0
    order[chosen] = held
  }
  return order
}
