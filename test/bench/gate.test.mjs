import { expect, test } from 'vitest'
import { compare, keyed } from '../../bench/gate.mjs'
import { spread } from '../../bench/scale.mjs'

const at = { bench: 'step', precision: 'f32', batch: 64, threads: 2 }

test('ratios are named by benchmark, rule, precision, rows, threads, and peer', () => {
  const rows = [
    { ...at, rule: 'fa', samplesPerSecond: 300, ofCeiling: 0.9 },
    { ...at, rule: 'bp', peer: 'numpy', samplesPerSecond: 100, ofCeiling: 0.3 },
    { bench: 'gemm', job: 'update', precision: 'bf16', m: 32, threads: 1, ofCeiling: 0.7 },
    { bench: 'step', peer: 'pytorch', missing: 'not installed' },
  ]
  expect(keyed(rows)).toEqual({
    'step fa f32 64 rows 2T': 0.9,
    'gemm update bf16 32 rows 1T': 0.7,
    'step fa f32 64 rows 2T / numpy bp': 3,
  })
})

test('what fell by more than 5 % is named; what is new or gone is not compared', () => {
  const committed = { a: 1, b: 0.8, c: 2, gone: 1 }
  const fallen = compare(committed, { a: 0.951, b: 0.759, c: 3, fresh: 0.1 })
  expect(fallen.map(({ ratio, fell }) => [ratio, fell])).toEqual([
    ['a', false],
    ['b', true],
    ['c', false],
  ])
})

test('a spread is the longest time per FLOP over the shortest, at the best of each', () => {
  const cases = [
    { flops: 2, rates: [10, 5] },
    { flops: 1, rates: [16, 3] },
  ]
  expect(spread(cases)).toBe(20 / 16)
})
