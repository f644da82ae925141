import type { Value } from '../../../sweep/job.js'
import type { ReportParameter } from '../data.js'

/**
 * A parameter's range cut into cells: a choice each, or equal parts of a range (of its logarithm
 * where it is logarithmic), and one for absence where some configuration goes without the parameter.
 */
export interface Cells {
  /** The cell of each configuration. */
  readonly of: Uint8Array
  /** By cell: the chance of a configuration drawn at random to lie in it. */
  readonly mass: readonly number[]
  /** Whether neighbouring cells hold neighbouring values. */
  readonly ordered: boolean
}

/** Cells that a range of numbers is cut into at most. */
const MOST = 32

/** Those of a parameter, for the values that it has in some configurations. */
export function cellsOf(parameter: ReportParameter, values: readonly (Value | null)[]): Cells {
  const { count, cell } =
    parameter.kind === 'choice' ? choices(parameter.choices) : parts(parameter, values)
  const absent = values.filter((value) => value === null).length / values.length
  const first = absent > 0 ? 1 : 0
  const each = (1 - absent) / count
  return {
    of: Uint8Array.from(values, (value) => (value === null ? 0 : first + cell(value))),
    mass: [...(absent > 0 ? [absent] : []), ...Array.from({ length: count }, () => each)],
    ordered: parameter.kind === 'number',
  }
}

interface Division {
  readonly count: number
  readonly cell: (value: Value) => number
}

function choices(all: readonly Value[]): Division {
  // More choices than a byte can tell share the last of its cells.
  const count = Math.min(all.length, 255)
  return { count, cell: (value) => Math.min(Math.max(0, all.indexOf(value)), count - 1) }
}

/** Whole numbers and others of few values have a cell a value. */
function parts(
  { min, max, log, int }: Extract<ReportParameter, { kind: 'number' }>,
  values: readonly (Value | null)[],
): Division {
  const distinct = [...new Set(values.filter((value) => typeof value === 'number'))]
  distinct.sort((a, b) => a - b)
  if (int && distinct.length <= MOST) {
    return { count: Math.max(1, distinct.length), cell: (value) => distinct.indexOf(Number(value)) }
  }
  const [low, high] = log ? [Math.log(min), Math.log(max)] : [min, max]
  const cell = (value: Value): number => {
    const at = log ? Math.log(Number(value)) : Number(value)
    return Math.max(0, Math.min(MOST - 1, Math.floor((MOST * (at - low)) / (high - low || 1))))
  }
  return { count: MOST, cell }
}
