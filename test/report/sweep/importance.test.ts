import { expect, test } from 'vitest'
import type { ReportParameter } from '../../../ts/report/sweep/data.js'
import { importance } from '../../../ts/report/sweep/importance/index.js'
import type { Parameters } from '../../../ts/sweep/job.js'
import { generatedReport, numbers } from './generated.js'

const number = (name: string, more = {}): ReportParameter => ({
  name,
  kind: 'number',
  min: 0,
  max: 1,
  log: false,
  int: false,
  ...more,
})

const parameters: ReportParameter[] = [
  number('x'),
  number('rate', { min: 1e-4, max: 1, log: true }),
  { name: 'rule', kind: 'choice', choices: ['bp', 'fa', 'dfa', 'shallow'] },
]

type Drawn = Record<'x' | 'rate', number> & { rule: string }

/** Configurations of these parameters drawn at random, and what `value` makes of each. */
function sweepOf(value: (drawn: Drawn) => number | null, count = 400) {
  const random = numbers(3)
  const configurations = Array.from({ length: count }, (_, configuration) => {
    const rule = ['bp', 'fa', 'dfa', 'shallow'][Math.floor(random() * 4)] ?? 'bp'
    const drawn = { x: random(), rate: 1e-4 ** random(), rule }
    const trial = { trial: configuration, seed: 1, epochs: 3, metric: value(drawn), curve: [] }
    const state = trial.metric === null ? ('failed' as const) : ('completed' as const)
    const made = { configuration, parameters: drawn as Parameters, value: trial.metric }
    return { ...made, trials: [{ ...trial, state }] }
  })
  return { parameters, configurations, direction: 'minimise' as const }
}

function shares(value: (drawn: Drawn) => number | null): Record<string, number> {
  const found = importance(sweepOf(value))
  if (found === undefined) throw new Error('no importance')
  const { parameters: each, together, fit } = found
  return { ...Object.fromEntries(each.map(({ name, share }) => [name, share])), together, fit }
}

test('a parameter that decides alone explains nearly all of the variance', () => {
  expect(shares(({ x }) => x)).toMatchObject({
    x: expect.closeTo(1, 1) as number,
    rate: expect.closeTo(0, 1) as number,
    rule: expect.closeTo(0, 1) as number,
  })
  const byRule = shares(({ rule }) => rule.length)
  expect(byRule['rule']).toBeGreaterThan(0.95)
})

test('a logarithmic parameter counts on its logarithm', () => {
  // Nine tenths of a range that is not logarithmic would lie above 0.1.
  const { rate, fit } = shares(({ rate: drawn }) => Math.abs(Math.log10(drawn) + 2))
  expect(rate).toBeGreaterThan(0.9)
  expect(fit).toBeGreaterThan(0.9)
})

test('of a sum of two parameters, each explains its part of the variance', () => {
  // Uniform on 0 to 1: variances 1/12 and 4/12. Places of a sum are not far from linear in it.
  const two = shares(({ x, rate }) => 2 * x + (1 + Math.log10(rate) / 4))
  expect(two['x']).toBeGreaterThan(0.7)
  expect(two['x']).toBeLessThan(0.88)
  expect(two['rate']).toBeGreaterThan(0.12)
  expect(two['rate']).toBeLessThan(0.28)
})

test('what two parameters make together only is told of neither', () => {
  const { x, rate, together } = shares((drawn) =>
    Number(drawn.x > 0.5 === Math.log10(drawn.rate) > -2),
  )
  expect(x).toBeLessThan(0.15)
  expect(rate).toBeLessThan(0.15)
  expect(together).toBeGreaterThan(0.75)
})

test('where nothing tells a value, the fit says so', () => {
  const random = numbers(9)
  expect(shares(() => random())['fit']).toBeLessThan(0.1)
})

test('a value that exploded weighs as any other that is worst', () => {
  const { x } = shares((drawn) => (drawn.rate > 0.9 ? 1e30 : drawn.x))
  expect(x).toBeGreaterThan(0.85)
})

test('failed configurations count as the worst', () => {
  expect(shares(({ rate, x }) => (rate > 0.01 ? null : x))['rate']).toBeGreaterThan(0.6)
})

test('a parameter that some configurations go without explains what its absence does', () => {
  const report = generatedReport({ configurations: 200, repeats: 1, epochs: 8 })
  const configurations = report.configurations.map((one) => {
    const absent = one.parameters['momentum'] === undefined
    const trials = one.trials.map((trial) => ({ ...trial, state: 'completed' as const }))
    return { ...one, trials, value: Number(absent) }
  })
  const found = importance({ ...report, configurations })
  const known = Object.fromEntries(found?.parameters.map(({ name, share }) => [name, share]) ?? [])
  expect((known['momentum'] ?? 0) + (known['rule'] ?? 0)).toBeGreaterThan(0.9)
})

test('the same sweep has the same importance, whatever the direction of its metric', () => {
  const report = sweepOf(({ x, rule }) => x * rule.length)
  expect(importance(report)).toEqual(importance(report))
  const turned = report.configurations.map((one) => ({ ...one, value: -(one.value ?? 0) }))
  expect(importance({ ...report, configurations: turned, direction: 'maximise' })).toEqual(
    importance(report),
  )
})

test('too few configurations, and such as are all alike, tell nothing', () => {
  expect(importance(sweepOf(({ x }) => x, 9))).toBeUndefined()
  expect(importance(sweepOf(() => 1))).toBeUndefined()
  expect(importance({ ...sweepOf(({ x }) => x), parameters: [] })).toBeUndefined()
})
