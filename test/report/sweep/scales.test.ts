import fc from 'fast-check'
import { expect, test } from 'vitest'
import { linearTicks, logTicks, scale, wantsLog } from '../../../ts/report/sweep/client/scales.js'

test('a place’s value leads back to it, on either kind of scale', () => {
  const positive = fc.double({ min: 1e-6, max: 1e6, noNaN: true })
  const share = fc.double({ min: 0, max: 1, noNaN: true })
  fc.assert(
    fc.property(positive, positive, share, fc.boolean(), (a, b, place, log) => {
      const own = scale(Math.min(a, b), Math.max(a, b), log)
      fc.pre(Math.max(a, b) / Math.min(a, b) > 1.001)
      expect(own.place(own.at(place))).toBeCloseTo(place, 9)
      expect(own.place(Math.min(a, b))).toBe(0)
      expect(own.place(Math.max(a, b))).toBeCloseTo(1, 12)
    }),
  )
})

test('a scale of one value has it in the middle', () => {
  expect(scale(3, 3, false).place(3)).toBe(0.5)
  expect(scale(3, 3, true).ticks).toEqual([3])
})

test('ticks are round numbers within the range', () => {
  expect(linearTicks(0, 0.95)).toEqual([0, 0.2, 0.4, 0.6, 0.8])
  expect(linearTicks(16, 256)).toEqual([50, 100, 150, 200, 250])
  expect(logTicks(0.001, 0.3)).toEqual([0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2])
  expect(logTicks(1e-6, 1)).toEqual([1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 0.1, 1])
})

test('there are neither too few ticks to read a scale by nor too many to read', () => {
  const ends = fc.tuple(
    fc.double({ min: 1e-9, max: 1e9, noNaN: true }),
    fc.double({ min: 1.01, max: 1e9, noNaN: true }),
  )
  fc.assert(
    fc.property(ends, fc.boolean(), ([low, factor], log) => {
      const { ticks, place } = scale(low, low * factor, log)
      expect(ticks.length).toBeGreaterThanOrEqual(2)
      expect(ticks.length).toBeLessThanOrEqual(12)
      for (const tick of ticks) {
        expect(place(tick)).toBeGreaterThanOrEqual(-1e-6)
        expect(place(tick)).toBeLessThanOrEqual(1 + 1e-6)
      }
    }),
    { examples: [[[5.000005e-6, 10 ** 0.5], true]] },
  )
})

test('a logarithm is for values above zero that lie orders of magnitude apart', () => {
  expect(wantsLog([0.01, 0.9])).toBe(false)
  expect(wantsLog([0.01, 900])).toBe(true)
  expect(wantsLog([0, 900])).toBe(false)
  expect(wantsLog([])).toBe(false)
})
