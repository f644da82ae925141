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
  const known = curves.map((points) =>
    points.filter((one) => one.epoch > 0 && Number.isFinite(one[figure])),
  )
  // The longest has the epochs of all others: all begin with the first.
  const longest = known.reduce((a, b) => (b.length > a.length ? b : a), [])
  if (longest.length === 0) return undefined
  const epochs = thinned(longest, most).map(({ epoch }) => epoch)
  const values = new Map(epochs.map((epoch): [number, number[]] => [epoch, []]))
  for (const points of known) {
    for (const { epoch, [figure]: value = NaN } of points) values.get(epoch)?.push(value)
  }
  const spreads = [...values.values()].map(spread)
  return {
    epochs,
    mean: spreads.map(({ mean }) => rounded(mean)),
    deviation: spreads.map(({ deviation }) =>
      deviation === undefined ? null : rounded(deviation),
    ),
  }
}

function thinned<T>(all: readonly T[], most: number): readonly T[] {
  if (all.length <= most) return all
  const places = Array.from({ length: most }, (_, i) => (i * (all.length - 1)) / (most - 1))
  return places.flatMap((place) => all[Math.round(place)] ?? [])
}

/** To what a picture shows, so that a page of many curves stays small. */
const rounded = (value: number): number => Number(value.toPrecision(4))
