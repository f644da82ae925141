import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { FeedalignError } from '../../../ts/errors.js'
import { findPruner } from '../../../ts/sweep/pruners/index.js'
import type { JournalEvent } from '../../../ts/sweep/storage/events.js'
import { Journal } from '../../../ts/sweep/storage/journal.js'
import { readEvents } from '../../../ts/sweep/storage/read.js'
import { replay, taskEvent } from '../../../ts/sweep/storage/replay.js'
import { temporaryFolder } from '../../folders.js'
import { options, simulate } from '../simulation.js'
import { failure, result, retry, session, sweepEvent, task } from './events.js'

const resultsOf = (events: readonly JournalEvent[]) => replay([sweepEvent(), ...events]).results

describe('what a study goes on from', () => {
  test('is in the journal, from which it comes to the end of one that was never killed', async () => {
    const given = options({ pruner: findPruner('asha') })
    const whole = simulate(given, { workers: 1, seed: 0 })
    await fc.assert(
      fc.asyncProperty(fc.nat(whole.results.length), fc.nat(1e6), async (most, seed) => {
        const killed = simulate(given, { workers: 3, seed, most })
        const folder = temporaryFolder()
        const journal = Journal.create(folder, sweepEvent({ repeats: given.repeats }))
        for (const one of killed.tasks) journal.append(taskEvent(one))
        for (const one of killed.results) {
          const error = 'error' in one ? { error: one.error } : {}
          const value = 'value' in one ? one.value : null
          journal.append(result(one.trial, { to: one.to, value, ...error }))
        }
        await journal.close()
        const { tasks, results } = replay(readEvents(folder))
        expect(tasks).toEqual(killed.tasks)
        expect(results).toEqual(killed.results)
        const before = { ...killed, tasks: [...tasks], results: [...results] }
        const after = simulate(given, { workers: 2, seed: seed + 1, before })
        expect(after.tasks).toEqual(whole.tasks)
      }),
      { numRuns: 10 },
    )
  })

  test('has its parameters in the tasks of all rungs, which the journal has in the first', () => {
    expect(task(0, 1)).toMatchObject({ parameters: {} })
    const parameters = { rule: 'fa', learningRate: 0.1 }
    const { tasks } = replay([sweepEvent(), task(0), session(), task(0, 1)])
    expect(tasks).toMatchObject([
      { slot: 0, rung: 0, parameters },
      { slot: 10, rung: 1, parameters },
    ])
  })

  test('is of the last spec', () => {
    const other = sweepEvent({ trials: 9 })
    expect(replay([sweepEvent(), task(0), other]).sweep).toEqual(other)
    expect(() => replay([task(0)])).toThrow(FeedalignError)
  })

  test('is without the result that a retry takes back, and with that of the second try', () => {
    const failed = { trial: 1, to: 1, error: 'the loss is NaN' }
    const done = { trial: 0, to: 1, value: 0.25 }
    const first = [task(0), task(1), failure(1), result(0)]
    expect(resultsOf(first)).toEqual([failed, done])
    expect(resultsOf([...first, retry(1)])).toEqual([done])
    expect(resultsOf([...first, retry(1), failure(1)])).toEqual([done, failed])
    expect(resultsOf([...first, retry(1), result(1)])).toEqual([
      done,
      { trial: 1, to: 1, value: 0.25 },
    ])
  })

  test('keeps what has not failed, whoever retries it, and of two results the first', () => {
    const kept = [{ trial: 0, to: 1, value: 0.25 }]
    expect(resultsOf([task(0), result(0), retry(0), retry(1)])).toEqual(kept)
    expect(resultsOf([task(0), result(0), result(0, { value: 0.5 })])).toEqual(kept)
    const failedAbove = [task(0), result(0), task(0, 1), failure(0, 2), retry(0), retry(0)]
    expect(resultsOf(failedAbove)).toEqual(kept)
  })
})
