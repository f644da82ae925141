import type { CurvePoint } from '../../sweep/storage/events.js'
import { spread } from '../reproduction.js'
import type { Curve, Figure } from './data.js'

/**
 * The mean of some curves and its spread, at `most` epochs, at least 2: the first, the last, and
 * others as far apart as can be. Without epoch 0, whose error is chance's and would flatten the
 * rest. Undefined where no point has the figure.
 */
export function meanCurve(
  curves: readonly (readonly CurvePoint[])[],
  figure: Figure,
  most: number,
): Curve | undefined {
  const points = curves.flat().filter((one) => one.epoch > 0 && Number.isFinite(one[figure]))
  if (points.length === 0) return undefined
  const epochs = thinned(ascending(points.map(({ epoch }) => epoch)), most)
  const values = new Map(epochs.map((epoch): [number, number[]] => [epoch, []]))
  for (const { epoch, [figure]: value = NaN } of points) values.get(epoch)?.push(value)
  const spreads = [...values.values()].map(spread)
  return {
    epochs,
    mean: spreads.map(({ mean }) => rounded(mean)),
    deviation: spreads.map(({ deviation }) =>
      deviation === undefined ? null : rounded(deviation),
    ),
  }
}

const ascending = (epochs: readonly number[]): number[] =>
  [...new Set(epochs)].sort((a, b) => a - b)

function thinned(epochs: readonly number[], most: number): readonly number[] {
  if (epochs.length <= most) return epochs
  const last = epochs.length - 1
  return Array.from({ length: most }, (_, i) => epochs[Math.round((i * last) / (most - 1))] ?? NaN)
}

/** To what a picture shows, so that a page of many curves stays small. */
const rounded = (value: number): number => Number(value.toPrecision(4))
