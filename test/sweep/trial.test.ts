import { expect, test } from 'vitest'
import { checkCorners } from '../../ts/sweep/corners.js'
import type { Job } from '../../ts/sweep/job.js'
import { readSpec } from '../../ts/sweep/spec.js'
import { configOf, epochsOf, trialJob } from '../../ts/sweep/trial.js'

const train = { validation: 0.2, network: '784-16-10', epochs: 5, seed: 7 }

const spec = (parameters: object, told: object = {}) =>
  readSpec({ trials: 4, train, parameters, ...told })

const first: Job = {
  trial: 0,
  configuration: 0,
  repeat: 0,
  parameters: {},
  from: 0,
  to: 5,
  last: true,
}

test('a trial has the settings of train, its parameters, its repeat’s seed, and one thread', () => {
  const sweep = spec({ rule: { choices: ['bp', 'dfa'] } }, { repeats: 3 })
  const config = configOf(sweep, { parameters: { rule: 'dfa' }, repeat: 2 })
  expect(config).toMatchObject({ rule: 'dfa', network: '784-16-10', seed: 9, threads: 1 })
})

test('a parameter seed is the seed', () => {
  const sweep = readSpec({
    trials: 2,
    train: { validation: 0.2 },
    parameters: { seed: { choices: [3, 4] } },
  })
  expect(configOf(sweep, { parameters: { seed: 4 }, repeat: 0 }).seed).toBe(4)
})

test('where epochs are a parameter, each trial is trained for its own', () => {
  const sweep = readSpec({
    trials: 2,
    train: { validation: 0.2 },
    parameters: { epochs: { choices: [2, 5] } },
  })
  expect(epochsOf(sweep)).toBe(5)
  const short = trialJob(sweep, { ...first, parameters: { epochs: 2 } }, 'runs/x')
  expect(short).toMatchObject({ to: 2, last: true, config: { epochs: 2 } })
  expect(short.folder).toMatch(/^runs.x.trials.0$/)
})

test('a job up to a rung is not the last', () => {
  const job = trialJob(spec({ batch: { choices: [8] } }), { ...first, to: 2, last: false }, 'x')
  expect(job).toMatchObject({ from: 0, to: 2, last: false, config: { epochs: 5 } })
})

/** Parameters of which one value is bad, and what is said of it. */
const bad: readonly [string, object, RegExp][] = [
  [
    'a choice',
    { rule: { choices: ['bp', 'dfaa'] } },
    /^parameters\.rule: unknown rule "dfaa"; did/,
  ],
  [
    'the end of a range',
    { momentum: { min: 0, max: 1 } },
    /^parameters\.momentum: 1 is not .*below 1/,
  ],
  [
    'a value for one choice of another',
    { rule: { choices: ['fa', 'bp'] }, feedbackScale: { min: 0.5, max: 2 } },
    /^parameters\.feedbackScale: rule bp .*; leave it out \(as in \{"rule":"bp"/,
  ],
  [
    'what a range has between whole ends',
    { batch: { min: 16, max: 64 } },
    /^parameters\.batch: [\d.]+ is not a whole number .*; whole ones alone by "int": true \(as in/,
  ],
  [
    'what a logarithmic range has between whole ends',
    { momentum: { min: 0, max: 0.9 }, batch: { min: 16, max: 64, log: true } },
    /^parameters\.batch: [\d.]+ is not a whole number .*; whole ones alone by "int": true \(as in/,
  ],
  [
    'a step that is not whole, between whole ends',
    { batch: { min: 16, max: 64, step: 0.5 } },
    /^parameters\.batch: 16\.5 is not a whole number .*; whole ones alone by "int": true \(as in/,
  ],
  [
    'a value within a condition',
    {
      optimizer: { choices: ['sgd', 'adam'] },
      beta1: { choices: [0.9, 1], when: { optimizer: ['adam'] } },
    },
    /^parameters\.beta1: 1 is not a number from 0 to below 1/,
  ],
]

for (const [what, parameters, message] of bad) {
  test(`${what} that cannot be trained is known before the sweep begins`, () => {
    expect(() => {
      checkCorners(spec(parameters))
    }).toThrow(message)
  })
}

test('conditions keep settings from those that they are not of', () => {
  const sweep = spec({
    rule: { choices: ['fa', 'bp'] },
    feedbackScale: { min: 0.5, max: 2, when: { rule: ['fa'] } },
    momentum: { min: 0, max: 0.9, when: { rule: ['bp'] } },
  })
  expect(() => {
    checkCorners(sweep)
  }).not.toThrow()
})

test('ranges of whole numbers serve whole settings, and any range with whole ends another', () => {
  const sweep = spec({
    batch: { min: 16, max: 64, int: true },
    patience: { min: 1, max: 9, step: 2 },
    feedbackScale: { min: 1, max: 2 },
  })
  expect(() => {
    checkCorners(sweep)
  }).not.toThrow()
})
