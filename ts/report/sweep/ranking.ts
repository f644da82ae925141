import type { State } from './data.js'
import type { ReportConfiguration, SweepReport } from './report.js'

/** What a configuration's trials say of it together: the state of the one that decides. */
export function stateOf({ trials }: ReportConfiguration): State {
  const decisive: readonly State[] = ['failed', 'running', 'interrupted', 'queued', 'pruned']
  return decisive.find((state) => trials.some((trial) => trial.state === state)) ?? 'completed'
}

/** Epochs that all of its trials have come to. */
export function epochsOf({ trials }: ReportConfiguration): number {
  return Math.min(...trials.map(({ epochs }) => epochs))
}

/** A configuration and its place among all, from 0; equals share the mean of theirs. */
export interface Ranked {
  readonly configuration: ReportConfiguration
  readonly place: number
}

/**
 * The best first. Those trained to their end come before those that were not, and of these those
 * that got further: a pruner had them ahead at a rung where it saw both. Values decide between
 * equals, and those without one come last.
 */
export function ranked({
  configurations,
  direction,
}: Pick<SweepReport, 'configurations' | 'direction'>): Ranked[] {
  const sign = direction === 'minimise' ? 1 : -1
  const keyed = configurations.map((one) => ({ configuration: one, key: sortKey(one, sign) }))
  keyed.sort((a, b) => compare(a.key, b.key))
  const places: Ranked[] = []
  for (let from = 0; from < keyed.length; from = places.length) {
    let to = from
    while (to < keyed.length && compare(keyed[from]?.key ?? [], keyed[to]?.key ?? []) === 0) to++
    const place = (from + to - 1) / 2
    places.push(...keyed.slice(from, to).map(({ configuration }) => ({ configuration, place })))
  }
  return places
}

function sortKey(one: ReportConfiguration, sign: number): number[] {
  if (one.value === null) return [2, 0, 0]
  if (stateOf(one) === 'completed') return [0, 0, sign * one.value]
  return [1, -epochsOf(one), sign * one.value]
}

function compare(a: readonly number[], b: readonly number[]): number {
  const differs = a.findIndex((part, i) => part !== b[i])
  return differs < 0 ? 0 : (a[differs] ?? 0) - (b[differs] ?? 0)
}
