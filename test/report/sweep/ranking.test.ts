import { expect, test } from 'vitest'
import type { State } from '../../../ts/report/sweep/data.js'
import { ranked, stateOf } from '../../../ts/report/sweep/ranking.js'
import type { ReportConfiguration } from '../../../ts/report/sweep/report.js'

function one(
  configuration: number,
  value: number | null,
  ...trials: (readonly [State, number])[]
): ReportConfiguration {
  const made = trials.map(([state, epochs], i) => ({
    trial: 10 * configuration + i,
    seed: 1 + i,
    state,
    metric: value,
    epochs,
    curve: [],
  }))
  return { configuration, parameters: {}, value, trials: made }
}

const all = [
  one(0, null, ['failed', 2]),
  one(1, 0.1, ['pruned', 3]),
  one(2, 0.3, ['completed', 9]),
  one(3, 0.2, ['pruned', 6]),
  one(4, 0.2, ['completed', 9]),
  // Stopped early by itself, which is an end like any other.
  one(5, 0.2, ['completed', 5]),
]

test('trained to the end comes before pruned, further before less far, and no value last', () => {
  const order = ranked({ configurations: all, direction: 'minimise' })
  expect(order.map(({ configuration }) => configuration.configuration)).toEqual([4, 5, 2, 3, 1, 0])
})

test('equals share a place', () => {
  const order = ranked({ configurations: all, direction: 'minimise' })
  expect(order.map(({ place }) => place)).toEqual([0.5, 0.5, 2, 3, 4, 5])
})

test('where a metric is to be large, the largest is the best', () => {
  const order = ranked({ configurations: all, direction: 'maximise' })
  expect(order.map(({ configuration }) => configuration.configuration)).toEqual([2, 4, 5, 3, 1, 0])
})

test('one trial that failed, or is not at its end, decides the state of its configuration', () => {
  expect(stateOf(one(0, null, ['completed', 9], ['failed', 1], ['running', 2]))).toBe('failed')
  expect(stateOf(one(0, null, ['completed', 9], ['queued', 0]))).toBe('queued')
  expect(stateOf(one(0, 0.1, ['completed', 9], ['completed', 9]))).toBe('completed')
})
