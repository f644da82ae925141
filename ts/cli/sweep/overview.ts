import { metricOf, studyOptions } from '../../sweep/plan.js'
import { ranked } from '../../sweep/ranking.js'
import type { Outcome } from '../../sweep/samplers/sampler.js'
import { readSpec, type Spec } from '../../sweep/spec.js'
import type { JournalEvent } from '../../sweep/storage/events.js'
import { readEvents } from '../../sweep/storage/read.js'
import { replay } from '../../sweep/storage/replay.js'
import { tabulate, type Table } from '../../sweep/storage/trials.js'
import { Study } from '../../sweep/study.js'

/** What commands tell of a sweep; all of it is read from its folder. */
export interface Overview extends Table {
  readonly folder: string
  readonly spec: Spec
  /** Configurations that have a value, the best first; values are the metric, as it is. */
  readonly ranking: readonly Outcome[]
}

/** Throws `FeedalignError` where the folder holds no sweep, or its journal is damaged. */
export function overviewOf(folder: string): Overview {
  const kept: JournalEvent[] = []
  const table = tabulate(folder, keeping(readEvents(folder), kept))
  const spec = readSpec(table.sweep.spec)
  return { ...table, folder, spec, ranking: rankingOf(spec, kept) }
}

/** Events on their way, which are read once then; their curves take room, and nobody asks here. */
function* keeping(events: Iterable<JournalEvent>, kept: JournalEvent[]): Generator<JournalEvent> {
  for (const event of events) {
    kept.push(event.event === 'result' ? { ...event, curve: [] } : event)
    yield event
  }
}

function rankingOf(spec: Spec, events: readonly JournalEvent[]): Outcome[] {
  const { tasks, results } = replay(events)
  const study = new Study(studyOptions(spec), tasks)
  for (const result of results) study.tell(result)
  const finite = study.outcomes().filter(({ value }) => value < Infinity)
  return ranked(finite).map((outcome) => ({ ...outcome, value: metricOf(spec, outcome) }))
}
