import { figures, type Figure, type PageConfiguration, type PageData } from './data.js'
import { meanCurve } from './learningCurves.js'
import { epochsOf, ranked, stateOf } from './ranking.js'
import type { ReportConfiguration, ReportTrial, SweepReport } from './report.js'

/** Points of curves that a page holds at most, unless there are more curves than half of them. */
const POINTS = 300_000

/** Points that there is room for in each curve, when there are so many. */
export function pointsOfEach(curves: number): number {
  return Math.max(2, Math.min(100, Math.floor(POINTS / Math.max(1, curves))))
}

/** The data of a report's page; curves are thinned so that it can be opened. */
export function pageData(report: SweepReport): PageData {
  const { metric, direction, parameters } = report
  const all = ranked(report).map(({ configuration }) => configuration)
  const known = figures.filter((figure) => all.some((one) => hasFigure(one, figure)))
  const most = pointsOfEach(all.length * known.length)
  const configurations = all.map((one) => ({
    configuration: one.configuration,
    values: parameters.map(({ name }) => one.parameters[name] ?? null),
    value: one.value,
    state: stateOf(one),
    epochs: epochsOf(one),
    trials: one.trials.map(withoutCurve),
    curves: curvesOf(one, known, most),
  }))
  return { metric, minimise: direction === 'minimise', parameters, configurations, figures: known }
}

function hasFigure({ trials }: ReportConfiguration, figure: Figure): boolean {
  return trials.some(({ curve }) => curve.some((point) => point[figure] !== undefined))
}

function withoutCurve({ trial, seed, state, metric, epochs, error }: ReportTrial) {
  return { trial, seed, state, metric, epochs, ...(error === undefined ? {} : { error }) }
}

function curvesOf(
  { trials }: ReportConfiguration,
  known: readonly Figure[],
  most: number,
): PageConfiguration['curves'] {
  const all = trials.map(({ curve }) => curve)
  const curves = known.map((figure) => [figure, meanCurve(all, figure, most)] as const)
  return Object.fromEntries(curves.filter(([, curve]) => curve !== undefined))
}
