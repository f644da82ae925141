import { readCurves } from '../../sweep/storage/curves.js'
import type { CurvePoint } from '../../sweep/storage/events.js'

/** The curve of each trial of a sweep, by ascending epoch. */
export function curvesOf(folder: string): Map<number, CurvePoint[]> {
  const points = new Map<number, Map<number, CurvePoint>>()
  for (const { trial, curve } of readCurves(folder)) {
    const known = points.get(trial) ?? new Map<number, CurvePoint>()
    for (const point of curve) known.set(point.epoch, point)
    points.set(trial, known)
  }
  const ascending = (a: CurvePoint, b: CurvePoint): number => a.epoch - b.epoch
  return new Map([...points].map(([trial, known]) => [trial, [...known.values()].sort(ascending)]))
}
