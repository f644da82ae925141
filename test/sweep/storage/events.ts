import type { Task } from '../../../ts/sweep/task.js'
import type { JournalEvent, ResultEvent, SweepEvent } from '../../../ts/sweep/storage/events.js'
import { taskEvent } from '../../../ts/sweep/storage/replay.js'

/** Events of journals, of which a test says what matters to it. */
export function sweepEvent(spec: Record<string, unknown> = {}): SweepEvent {
  return { event: 'sweep', form: 1, version: '0.1.0', spec, hash: 'ab'.repeat(32), time: 1 }
}

export const session = (pid = 7): JournalEvent => ({
  event: 'session',
  pid,
  host: 'here',
  workers: 2,
  time: 2,
})

/** A configuration's task from rung to rung, of an epoch each. */
export function task(configuration: number, rung = 0, more: Partial<Task> = {}): JournalEvent {
  const parameters = { rule: 'fa', learningRate: 0.1 * (configuration + 1) }
  const [from, to, slot] = [rung, rung + 1, configuration + 10 * rung]
  return taskEvent({ slot, configuration, parameters, rung, from, to, last: rung === 1, ...more })
}

export const start = (trial: number, to = 1): JournalEvent => ({
  event: 'start',
  trial,
  to,
  time: 3,
})

export function result(trial: number, more: Partial<ResultEvent> = {}): ResultEvent {
  const { to = 1 } = more
  const curve = [{ epoch: to, trainLoss: 0.7, validationError: 0.25 }]
  const found = { value: 0.25, epochs: to, curve, seconds: 2, weightsSha256: 'cd'.repeat(32) }
  return { event: 'result', trial, to, ...found, time: 4, ...more }
}

export const failure = (trial: number, to = 1): ResultEvent =>
  result(trial, { to, value: null, weightsSha256: null, error: 'the loss is NaN' })

export const interrupted = (trial: number, to = 1): JournalEvent => ({
  event: 'interrupted',
  trial,
  to,
  time: 5,
})

export const retry = (trial: number): JournalEvent => ({ event: 'retry', trial, time: 6 })

export const end: JournalEvent = { event: 'end', reason: 'stopped', time: 7 }

/** Some of each kind, in an order in which they can happen. */
export const story: readonly JournalEvent[] = [
  sweepEvent({ repeats: 2, parameters: { rule: { choices: ['fa', 'bp'] } } }),
  session(),
  task(0),
  task(1),
  start(0),
  start(1),
  result(0),
  interrupted(1),
  start(1),
  result(1, { value: 0.125 }),
  start(2),
  failure(2),
  retry(2),
  start(2),
  result(2),
  task(0, 1),
  end,
]
