import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { compare, keyed, run } from '../../bench/gate.mjs'
import { spread } from '../../bench/scale.mjs'
import { temporaryFolder } from '../folders.js'

const at = { bench: 'step', precision: 'f32', batch: 64, threads: 2 }

test('ratios are named by benchmark, rule, precision, rows, threads, and peer', () => {
  const rows = [
    { ...at, rule: 'fa', samplesPerSecond: 300, ofCeiling: 0.9 },
    { ...at, rule: 'bp', peer: 'numpy', samplesPerSecond: 100, ofCeiling: 0.3 },
    { bench: 'gemm', job: 'update', precision: 'bf16', m: 32, threads: 1, ofCeiling: 0.7 },
    { ...at, bench: 'online', rule: 'fa', inputs: 'digits', batch: 1, ofBandwidth: 1.5 },
    { bench: 'step', peer: 'pytorch', missing: 'not installed' },
  ]
  expect(keyed(rows)).toEqual({
    'step fa f32 64 rows 2T': 0.9,
    'gemm update bf16 32 rows 1T': 0.7,
    'online fa digits f32 1 rows 2T': 1.5,
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

/** Benchmarks whose only figure is a step by fa at this share of the ceiling, by this kernel. */
const benches = (ofCeiling, kernel = 'wide') => {
  const rows = [{ ...at, rule: 'fa', kernel, ofCeiling }]
  const bench = (rows) => async () => ({ options: {}, run: async () => rows })
  return { gemm: bench(rows), step: bench([]), online: bench([]) }
}

afterEach(() => {
  process.exitCode = undefined
})

test('a gate fails by name against what an earlier one wrote for that kernel, else not', async () => {
  const file = join(temporaryFolder(), 'committed.json')
  writeFileSync(file, '{}')
  await run({ write: true }, benches(0.9), file)
  await run({ write: true }, benches(0.5, 'narrow'), file)
  const written = Object.values(JSON.parse(readFileSync(file, 'utf8')))
  expect(written).toEqual([{ 'step fa f32 64 rows 2T': 0.9 }, { 'step fa f32 64 rows 2T': 0.5 }])
  await run({}, benches(0.87), file)
  expect(process.exitCode).toBe(undefined)
  const compared = await run({}, benches(0.84), file)
  expect(compared).toMatchObject([{ ratio: 'step fa f32 64 rows 2T', committed: 0.9, fell: true }])
  expect(process.exitCode).toBe(1)
})
