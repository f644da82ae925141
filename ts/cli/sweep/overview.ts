import { metricOf, studyOptions } from '../../sweep/plan.js'
import { ranked } from '../../sweep/ranking.js'
import type { Outcome } from '../../sweep/samplers/sampler.js'
import { readSpec, type Spec } from '../../sweep/spec.js'
import type { JournalEvent } from '../../sweep/storage/events.js'
import { readEvents } from '../../sweep/storage/read.js'
import { replay } from '../../sweep/storage/replay.js'
import { tabulate, type Table } from '../../sweep/storage/trials.js'
import { Study } from '../../sweep/study.js'
import { passing } from './curves.js'

/** What commands tell of a sweep; all of it is read from its folder. */
export interface Overview extends Table {
  readonly folder: string
  readonly spec: Spec
  /** Configurations that have a value, the best first; values are the metric, as it is. */
  readonly ranking: readonly Outcome[]
}

/**
 * Throws `FeedalignError` where the folder holds no sweep, or its journal is damaged. `see` is shown
 * every event of it.
 */
export function overviewOf(
  folder: string,
  see: (event: JournalEvent) => void = () => undefined,
): Overview {
  const kept: JournalEvent[] = []
  const seen = passing(readEvents(folder), (event) => {
    see(event)
    // Curves take room, and no ranking asks for them.
    kept.push(event.event === 'result' ? { ...event, curve: [] } : event)
  })
  const table = tabulate(folder, seen)
  const spec = readSpec(table.sweep.spec)
  return { ...table, folder, spec, ranking: rankingOf(spec, kept) }
}

function rankingOf(spec: Spec, events: readonly JournalEvent[]): Outcome[] {
  const { tasks, results } = replay(events)
  const study = new Study(studyOptions(spec), tasks)
  for (const result of results) study.tell(result)
  return ranked(study.outcomes()).map((outcome) => ({ ...outcome, value: metricOf(spec, outcome) }))
}
