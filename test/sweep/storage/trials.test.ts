import { hostname } from 'node:os'
import { describe, expect, test } from 'vitest'
import { FeedalignError } from '../../../ts/errors.js'
import type { JournalEvent } from '../../../ts/sweep/storage/events.js'
import { Journal } from '../../../ts/sweep/storage/journal.js'
import { tableOf, tabulate } from '../../../ts/sweep/storage/trials.js'
import type { State } from '../../../ts/sweep/storage/trialState.js'
import { temporaryFolder } from '../../folders.js'
import {
  end,
  failure,
  interrupted,
  result,
  retry,
  session,
  start,
  sweepEvent,
  task,
} from './events.js'

const trialsOf = (events: readonly JournalEvent[], live = true) =>
  tableOf([sweepEvent(), session(), ...events], () => live).trials

describe('a trial', () => {
  const tellings: readonly [State, string, readonly JournalEvent[]][] = [
    ['queued', 'that nobody has begun', [task(0)]],
    ['running', 'that was begun', [task(0), start(0)]],
    ['pruned', 'that ended below all epochs', [task(0), start(0), result(0)]],
    ['queued', 'that is taken on', [task(0), start(0), result(0), task(0, 1)]],
    ['running', 'that goes on', [task(0), start(0), result(0), task(0, 1), start(0, 2)]],
    [
      'completed',
      'that ended with all epochs',
      [task(0), start(0), result(0), task(0, 1), start(0, 2), result(0, { to: 2 })],
    ],
    ['completed', 'whose first task was all', [task(0, 0, { last: true }), start(0), result(0)]],
    ['failed', 'with an error', [task(0), start(0), failure(0)]],
    [
      'failed',
      'with an error after it was taken on',
      [task(0), start(0), result(0), task(0, 1), start(0, 2), failure(0, 2)],
    ],
    ['queued', 'that is to be done again', [task(0), start(0), failure(0), retry(0)]],
    ['pruned', 'that has not failed, whoever retries it', [task(0), result(0), retry(0)]],
    ['pruned', 'whose second try went well', [task(0), failure(0), retry(0), start(0), result(0)]],
    ['failed', 'whose second try failed too', [task(0), failure(0), retry(0), failure(0)]],
    ['interrupted', 'that was stopped', [task(0), start(0), interrupted(0)]],
    ['interrupted', 'whose session is over', [task(0), start(0), session(8)]],
    ['running', 'that was begun again', [task(0), start(0), session(8), start(0)]],
    ['queued', 'that was queued in an earlier session', [task(0), session(8)]],
  ]
  for (const [state, which, events] of tellings) {
    test(`${which} is ${state}`, () => {
      expect(trialsOf(events)).toMatchObject([{ trial: 0, state }])
    })
  }

  test('whose session was killed is interrupted, and others are what they were', () => {
    const events = [0, 1, 2, 3].map((configuration) => task(configuration))
    const told = [...events, start(0), start(1), result(1), start(2), failure(2)]
    const states = trialsOf(told, false).map(({ state }) => state)
    expect(states).toEqual(['interrupted', 'pruned', 'failed', 'queued'])
  })

  test('of a session that has ended is not running, whoever lives', () => {
    expect(trialsOf([task(0), start(0), end])).toMatchObject([{ state: 'interrupted' }])
  })

  test('has the figures of its last result, and the time of all', () => {
    const weightsSha256 = 'ef'.repeat(32)
    const second = result(0, { to: 2, value: 0.125, epochs: 2, seconds: 3, weightsSha256 })
    expect(trialsOf([task(0), result(0), task(0, 1), second])).toEqual([
      {
        trial: 0,
        configuration: 0,
        repeat: 0,
        parameters: { rule: 'fa', learningRate: 0.1 },
        seed: 1,
        state: 'completed',
        metric: 0.125,
        epochs: 2,
        seconds: 5,
        weightsSha256,
      },
    ])
  })

  test('that failed has an error instead, until it is done again', () => {
    const failed = [task(0), result(0), task(0, 1), failure(0, 2)]
    const error = 'the loss is NaN'
    const nothing = { metric: null, weightsSha256: null }
    expect(trialsOf(failed)).toMatchObject([{ error, ...nothing, epochs: 2, seconds: 4 }])
    const [again] = trialsOf([...failed, retry(0)])
    expect(again).toMatchObject({ state: 'queued', metric: 0.25, epochs: 1, seconds: 4 })
    expect(again).not.toHaveProperty('error')
  })

  test('counts the first result of a job', () => {
    const twice = [task(0), result(0), result(0, { value: 0.5 })]
    expect(trialsOf(twice)).toMatchObject([{ metric: 0.25, seconds: 2 }])
  })
})

describe('trials', () => {
  test('are numbered by configuration and repeat, and paired by seed', () => {
    const spec = { repeats: 2, train: { seed: 40 } }
    const { trials } = tableOf([sweepEvent(spec), task(0), task(1), result(3)], () => true)
    const found = trials.map(({ trial, configuration, repeat, seed }) => {
      return [trial, configuration, repeat, seed]
    })
    expect(found).toEqual([
      [0, 0, 0, 40],
      [1, 0, 1, 41],
      [2, 1, 0, 40],
      [3, 1, 1, 41],
    ])
    expect(trials.map(({ state }) => state)).toEqual(['queued', 'queued', 'queued', 'pruned'])
    expect(trials[3]?.parameters).toEqual({ rule: 'fa', learningRate: 0.2 })
  })

  test('have the seed that is a parameter of theirs', () => {
    expect(trialsOf([task(0, 0, { parameters: { seed: 77 } })])).toMatchObject([{ seed: 77 }])
  })

  test('go on under another spec, but with the same repeats', () => {
    const other = { ...sweepEvent({ repeats: 1, trials: 9 }), hash: 'other' }
    const table = tableOf([sweepEvent(), task(0), other, task(1)], () => true)
    expect(table.sweep).toEqual(other)
    expect(table.trials).toHaveLength(2)
    expect(() => tableOf([sweepEvent(), task(0), sweepEvent({ repeats: 3 })], () => true)).toThrow(
      'repeats 3: trials were numbered with 1',
    )
  })

  test('that no task is for are an error', () => {
    expect(() => trialsOf([task(0), start(1)])).toThrow(FeedalignError)
    expect(() => tableOf([], () => true)).toThrow(FeedalignError)
  })
})

describe('a folder', () => {
  const own: JournalEvent = {
    event: 'session',
    pid: process.pid,
    host: hostname(),
    workers: 1,
    time: 2,
  }

  test('tells a session at work from one that was killed', async () => {
    const folder = temporaryFolder()
    const journal = Journal.create(folder, sweepEvent())
    for (const event of [session(), own, task(0), start(0)]) journal.append(event)
    expect(tabulate(folder)).toMatchObject({
      live: true,
      session: own,
      end: undefined,
      trials: [{ state: 'running' }],
    })
    await journal.close()
    expect(tabulate(folder)).toMatchObject({ live: false, trials: [{ state: 'interrupted' }] })
  })

  test('is not at work because another process writes to it', async () => {
    const folder = temporaryFolder()
    await using journal = Journal.create(folder, sweepEvent())
    for (const event of [session(1), task(0), start(0)]) journal.append(event)
    expect(tabulate(folder)).toMatchObject({ live: false, trials: [{ state: 'interrupted' }] })
  })

  test('tells how its last session ended', async () => {
    const folder = temporaryFolder()
    await using journal = Journal.create(folder, sweepEvent())
    for (const event of [own, end, own, task(0), end]) journal.append(event)
    expect(tabulate(folder)).toMatchObject({ live: false, end, session: own })
  })
})
