import { uniforms } from '../../../sweep/uniform.js'
import { ranked, stateOf } from '../ranking.js'
import type { SweepReport } from '../report.js'
import { cellsOf, type Cells } from './cells.js'
import { grow, predict, type Node } from './tree.js'
import { shares } from './variance.js'

/** How much each parameter had to do with how good configurations are. */
export interface Importance {
  /** Fractions of the variance, the most important first. */
  readonly parameters: readonly { readonly name: string; readonly share: number }[]
  /** The rest of it: what parameters make together only. */
  readonly together: number
  /**
   * R² of configurations that a tree had not seen: 1 where parameters tell places fully, 0 or less
   * where shares tell nothing.
   */
  readonly fit: number
  /** How many there were to learn from. */
  readonly configurations: number
}

const TREES = 32
/** Configurations that a tree is grown from, at most: ten thousand then take less than a second. */
const ROWS = 1000
/** Fewer of them tell nothing. */
const FEWEST = 10

/**
 * Functional analysis of variance of a random forest (Breiman, 2001) that foretells the place of a
 * configuration among all, from best to worst, failed ones last: places rather than values, as a
 * loss that exploded would be all there is to explain. The same for the same report. Undefined where
 * there are too few configurations, or none that differ.
 */
export function importance(
  report: Pick<SweepReport, 'parameters' | 'configurations' | 'direction'>,
): Importance | undefined {
  const known = report.configurations.filter(
    (one) => one.value !== null || stateOf(one) === 'failed',
  )
  if (known.length < FEWEST) return undefined
  const places = ranked({ ...report, configurations: known })
  const targets = Float64Array.from(places, ({ place }) => place / known.length)
  const cells = report.parameters.map((parameter) =>
    cellsOf(
      parameter,
      places.map(({ configuration }) => configuration.parameters[parameter.name] ?? null),
    ),
  )
  const { trees, fit } = forest(cells, targets)
  const each = trees.flatMap((tree) => [shares(tree, cells)].filter((one) => one !== undefined))
  if (each.length === 0) return undefined
  const parameters = report.parameters.map(({ name }, i) => ({
    name,
    share: each.reduce((sum, one) => sum + (one[i] ?? 0), 0) / each.length,
  }))
  const alone = parameters.reduce((sum, { share }) => sum + share, 0)
  parameters.sort((a, b) => b.share - a.share)
  return { parameters, together: Math.max(0, 1 - alone), fit, configurations: known.length }
}

/** Trees of rows drawn with replacement, and how well they foretell those they have not seen. */
function forest(cells: readonly Cells[], targets: Float64Array) {
  const random = uniforms(['importance'])
  const count = targets.length
  const sums = new Float64Array(count)
  const seen = new Uint16Array(count)
  const trees = Array.from({ length: TREES }, (): Node => {
    const rows = Array.from({ length: Math.min(count, ROWS) }, () =>
      Math.floor(random.next().value * count),
    )
    const tree = grow(cells, targets, rows)
    const used = new Set(rows)
    for (let row = 0; row < count; row++) {
      if (used.has(row)) continue
      sums[row] = (sums[row] ?? 0) + predict(tree, cells, row)
      seen[row] = (seen[row] ?? 0) + 1
    }
    return tree
  })
  const foretold = sums.map((sum, row) => sum / (seen[row] ?? NaN))
  return { trees, fit: fitOf(foretold, targets) }
}

/** R²; rows that all trees had seen, which have no figure, do not count. */
function fitOf(foretold: Float64Array, targets: Float64Array): number {
  const mean = targets.reduce((sum, target) => sum + target, 0) / targets.length
  let [wrong, all] = [0, 0]
  for (const [row, target] of targets.entries()) {
    const guess = foretold[row] ?? NaN
    if (Number.isNaN(guess)) continue
    wrong += (target - guess) ** 2
    all += (target - mean) ** 2
  }
  return all === 0 ? 0 : 1 - wrong / all
}
