import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { interleave, median, spread, stable } from '../../bench/measure.mjs'
import { ceilingFields, shares } from '../../bench/shares.mjs'

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance'] })
})

afterEach(() => {
  vi.useRealTimers()
})

/** A subject whose rates are these, the last one for ever; each run takes a second. */
function subject(...rates) {
  return {
    run: async () => {
      vi.advanceTimersByTime(1000)
      return rates.length > 1 ? rates.shift() : rates[0]
    },
  }
}

/** A subject that is faster each time. */
const rising = () => subject(...Array.from({ length: 100 }, (_, i) => 1.5 ** i))

test('rates are stable once the last third leaves the best where it was, to within a per cent', () => {
  expect(stable([1])).toBe(false)
  expect(stable([100, 90, 80])).toBe(true)
  expect(stable([100, 90, 100.9])).toBe(true)
  expect(stable([100, 90, 102])).toBe(false)
  expect(stable([90, 102, 100, 102])).toBe(true)
})

test('subjects take turns, and both calls before the first turn do not count', async () => {
  const subjects = [subject(7, 8, 5), subject(7, 8, 6)]
  await interleave(subjects, 6)
  expect(subjects).toMatchObject([
    { rates: [5, 5, 5], rounds: [0, 1, 2] },
    { rates: [6, 6, 6], rounds: [0, 1, 2] },
  ])
})

test('what is not stable gets further rounds, beside the ceiling, to half as long again', async () => {
  const [ceiling, steady, moving] = [{ ...subject(9), ceiling: true }, subject(5), rising()]
  await interleave([ceiling, steady, moving], 12)
  // 12 s are 4 rounds of three, and 6 s more are 3 of two.
  expect([ceiling, steady, moving].map(({ rounds }) => rounds.length)).toEqual([7, 4, 7])
})

test('a spread is the interquartile range as a share of the median', () => {
  expect(median([4, 1, 3, 2])).toBe(2.5)
  expect(spread([1, 2, 3, 4, 5])).toBe(2 / 3)
  expect(spread([6, 6])).toBe(0)
})

test('shares are of the best ceiling, and in each round of the ceiling of that round', () => {
  const ceiling = { threads: 2, rates: [100, 50, 200], rounds: [0, 1, 2], clocks: [10, 20, 30] }
  const one = { rates: [4, 3, 1], rounds: [0, 1, 2] }
  expect(shares(one, ceiling, 10)).toEqual({
    ofCeiling: 0.2,
    medianOfCeiling: 0.15,
    inRound: 0.4,
    spread: 0.5,
    rounds: 3,
    stable: true,
  })
  expect(ceilingFields(ceiling)).toEqual({
    ceilingGflops: 0,
    gigahertz: 0,
    ceilingFlopsPerCycle: 5,
  })
})
