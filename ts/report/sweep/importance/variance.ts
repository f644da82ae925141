import type { Cells } from './cells.js'
import type { Node } from './tree.js'

/** A leaf and the part of the space that it is for. */
interface Region {
  readonly value: number
  /** By parameter and cell: whether the region has it. */
  readonly holds: readonly (readonly boolean[])[]
  /** By parameter: what its cells weigh. */
  readonly masses: readonly number[]
  readonly mass: number
}

/**
 * How much of a tree's variance over the whole space is that of each parameter's marginal: of the
 * mean of the tree over all others. Undefined where the tree is a lone leaf.
 *
 * F. Hutter, H. Hoos, K. Leyton-Brown: An Efficient Approach for Assessing Hyperparameter
 * Importance, ICML 2014, algorithm 2 and equations 3 to 8, for single parameters.
 */
export function shares(tree: Node, parameters: readonly Cells[]): number[] | undefined {
  const whole = parameters.map(({ mass }) => mass.map(() => true))
  const regions = regionsOf(tree, whole, parameters)
  const mean = regions.reduce((sum, { value, mass }) => sum + mass * value, 0)
  const total = regions.reduce((sum, { value, mass }) => sum + mass * (value - mean) ** 2, 0)
  if (total === 0) return undefined
  return parameters.map(({ mass }, parameter) => {
    const marginal = mass.map(() => 0)
    for (const { value, holds, masses, mass: weight } of regions) {
      const others = weight / (masses[parameter] ?? NaN)
      holds[parameter]?.forEach((held, cell) => {
        if (held) marginal[cell] = (marginal[cell] ?? 0) + others * (value - mean)
      })
    }
    return marginal.reduce((sum, value, cell) => sum + (mass[cell] ?? 0) * value ** 2, 0) / total
  })
}

function regionsOf(node: Node, holds: Region['holds'], parameters: readonly Cells[]): Region[] {
  if ('value' in node) {
    const masses = parameters.map(({ mass }, i) =>
      mass.reduce((sum, one, cell) => sum + (holds[i]?.[cell] === true ? one : 0), 0),
    )
    return [{ value: node.value, holds, masses, mass: masses.reduce((a, b) => a * b, 1) }]
  }
  return node.below.flatMap((below, side) => {
    const own = holds.map((cells, i) =>
      i === node.parameter ? cells.map((held, c) => held && node.left[c] === (side === 0)) : cells,
    )
    return regionsOf(below, own, parameters)
  })
}
