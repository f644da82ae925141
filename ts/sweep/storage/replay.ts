import { FeedalignError } from '../../errors.js'
import type { Parameters, Result } from '../job.js'
import type { Task } from '../task.js'
import type { JournalEvent, ResultEvent, SweepEvent, TaskEvent } from './events.js'

/** What a study goes on from: `new Study(options, tasks)`, then `tell` of each result. */
export interface Replay {
  /** The last one: a sweep may go on with another spec. */
  readonly sweep: SweepEvent
  /** In the order in which they were decided, each with its parameters. */
  readonly tasks: readonly Task[]
  /** One a job, in the order in which they came; none of a failed trial that is to be done again. */
  readonly results: readonly Result[]
}

export function replay(events: Iterable<JournalEvent>): Replay {
  let sweep: SweepEvent | undefined
  const tasks: Task[] = []
  const parameters: Parameters[] = []
  const results = new Map<string, Result>()
  /** The jobs of failed trials. */
  const failed = new Map<number, string>()
  for (const event of events) {
    if (event.event === 'sweep') sweep = event
    else if (event.event === 'task') tasks.push(taskOf(event, parameters))
    else if (event.event === 'result') {
      const job = `${event.trial} ${event.to}`
      if (results.has(job)) continue
      results.set(job, resultOf(event))
      if (event.value === null) failed.set(event.trial, job)
    } else if (event.event === 'retry') {
      results.delete(failed.get(event.trial) ?? '')
      failed.delete(event.trial)
    }
  }
  if (sweep === undefined) throw new FeedalignError('no event "sweep" to go on from')
  return { sweep, tasks, results: [...results.values()] }
}

/** A decision as the journal keeps it: a configuration's parameters once. */
export function taskEvent(task: Task): TaskEvent {
  return { event: 'task', ...task, parameters: task.rung === 0 ? task.parameters : {} }
}

/** `parameters`, by configuration, grows with each that is new. */
function taskOf(event: TaskEvent, parameters: Parameters[]): Task {
  const { slot, configuration, rung, from, to, last } = event
  const own = (parameters[configuration] ??= event.parameters)
  return { slot, configuration, parameters: own, rung, from, to, last }
}

function resultOf({ trial, to, value, error }: ResultEvent): Result {
  return value === null ? { trial, to, error: error ?? 'failed' } : { trial, to, value }
}
