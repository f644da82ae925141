import type { Finding } from '../report/reproduction.js'
import type { DoneEvent, StartEvent, TrainingEvent } from '../training/events.js'
import type { Experiment, ExperimentRow } from './experiment.js'
import type { TrialRecord } from './trials.js'

/** What the finished trials of an experiment come to, in the order of its rows. */
export function findings(experiment: Experiment, records: readonly TrialRecord[]): Finding[] {
  return experiment.rows.map((row) =>
    finding(
      row,
      records.filter((record) => record.row === row.name),
    ),
  )
}

function finding({ name, published }: ExperimentRow, records: readonly TrialRecord[]): Finding {
  const runs = records.map(({ seed, events }) => {
    const { parameters = 0, kernel = '', threads = 0 } = events.find(isStart) ?? {}
    const {
      testError = NaN,
      epochs = 0,
      seconds = 0,
      weightsSha256 = '',
    } = events.find(isDone) ?? {}
    return { seed, testError, epochs, seconds, parameters, kernel, threads, weightsSha256 }
  })
  // Those of a row differ in their seed alone.
  const own = Object.entries(records[0]?.settings ?? {}).filter(([key]) => key !== 'seed')
  const settings = Object.fromEntries(own)
  return { row: name, settings, ...(published === undefined ? {} : { published }), runs }
}

const isStart = (event: TrainingEvent): event is StartEvent => event.event === 'start'
const isDone = (event: TrainingEvent): event is DoneEvent => event.event === 'done'
