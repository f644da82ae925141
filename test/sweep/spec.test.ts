import { expect, test } from 'vitest'
import { UsageError } from '../../ts/errors.js'
import { hashOf } from '../../ts/sweep/hash.js'
import { parseDuration } from '../../ts/sweep/durations.js'
import { studyOptions } from '../../ts/sweep/plan.js'
import { readSpec, type SweepOptions } from '../../ts/sweep/spec.js'

const train = { validation: 0.2, network: '784-16-10' }
const parameters = { learningRate: { min: 0.001, max: 0.3, log: true } }
const least = { trials: 4, train, parameters }

/** The least that is a sweep, with some keys told otherwise. */
const spec = (told: object = {}) => readSpec({ ...least, ...told })

test('a spec tells what it was told, and fills in the rest but the settings of train', () => {
  expect(spec()).toEqual({
    seed: 1,
    sampler: 'random',
    trials: 4,
    repeats: 1,
    rank: 'mean',
    pruner: 'none',
    delay: 8,
    metric: 'validationError',
    direction: 'minimise',
    onError: 'continue',
    allowTest: false,
    train,
    parameters,
  })
})

test('a spec once read is read as itself', () => {
  const whole: SweepOptions = {
    ...least,
    sampler: { name: 'tpe' },
    pruner: { name: 'asha', eta: 2 },
    time: '2h',
    workers: 3,
  }
  expect(readSpec(JSON.parse(JSON.stringify(readSpec(whole))))).toEqual(readSpec(whole))
})

/** What is wrong, what is told of the least spec otherwise, and the message from its path on. */
const bad: readonly [string, object, RegExp][] = [
  ['an unknown key', { samples: 3 }, /^samples: no such key; did you mean "sampler"\?$/],
  ['a key like no other', { q: 3 }, /^q: no such key; known are seed, sampler, trials, /],
  ['no parameters', { parameters: undefined }, /^parameters: .*is not|^parameters: is missing/],
  ['repeats 0', { repeats: 0 }, /^repeats: 0 is not a whole number from 1 to 1,000$/],
  ['half a trial', { trials: 2.5 }, /^trials: 2\.5 is not a whole number from 1/],
  ['a delay of 0', { delay: 0 }, /^delay: 0 is not a whole number from 1/],
  [
    'an unknown sampler',
    { sampler: 'randm' },
    /^sampler: unknown .*"randm"; did you mean "random"/,
  ],
  [
    'a grid over a number without steps',
    { sampler: 'grid' },
    /^parameters\.learningRate: a grid has no place for all of a range; give it a step, or choices/,
  ],
  [
    'a draw without an end',
    { trials: undefined },
    /^trials: is missing, and random draws as many .* as "trials": 20$/,
  ],
  ['an unknown pruner', { pruner: 'ash' }, /^pruner: unknown pruner "ash"; did you mean "asha"/],
  [
    'an unknown option of a pruner',
    { pruner: { name: 'asha', etta: 3 } },
    /^pruner\.etta: asha has no such option; did you mean "eta"\?$/,
  ],
  ['a pruner of a number', { pruner: 3 }, /^pruner: 3 is not a name, or an object/],
  ['a bad option', { pruner: { name: 'asha', eta: 1 } }, /^pruner\.eta: 1 is not a whole number/],
  ['an unknown metric', { metric: 'error' }, /^metric: "error" is none of validationError, train/],
  ['an unknown rank', { rank: 'max' }, /^rank: "max" is none of mean, median, bound/],
  ['a direction', { direction: 'minimize' }, /^direction: .*; did you mean "minimise"\?$/],
  ['a time without a unit', { time: '90' }, /^time: "90" is not a time such as 90s, 45m, 2h/],
  ['no time at all', { time: '0s' }, /^time: "0s" is not a time/],
  ['an unknown setting', { train: { ...train, lr: 1 } }, /^train\.lr: no such key/],
  ['a bad setting', { train: { ...train, batch: 0 } }, /^train\.batch: 0 is not a whole number/],
  ['a folder for a trial', { train: { ...train, out: 'x' } }, /^train\.out: no such key/],
  [
    'nothing to choose by',
    { train: { network: '784-10' } },
    /^train\.validation: 0 leaves no examples .* set some aside, as "validation": 0\.2 does/,
  ],
  ['the test set', { metric: 'testError' }, /^metric: "testError" would choose by .*--allow-test/],
  [
    'an unknown parameter',
    { parameters: { learningRat: { min: 1, max: 2 } } },
    /^parameters\.learningRat: train has no such setting; did you mean "learningRate"\?$/,
  ],
  [
    'a setting that is fixed and a parameter',
    { train: { ...train, learningRate: 0.1 } },
    /^parameters\.learningRate: train fixes it at 0\.1; leave it out there, or here$/,
  ],
  [
    'repeats beside a parameter seed',
    { repeats: 3, parameters: { seed: { choices: [1, 2] } } },
    /^repeats: 3 trainings .* leave out parameters\.seed, or repeats$/,
  ],
  [
    'epochs beside a pruner',
    { pruner: 'asha', parameters: { epochs: { choices: [1, 2] } } },
    /^parameters\.epochs: a pruner decides .* take pruner "none"$/,
  ],
  ['two data sets', { parameters: { data: { choices: ['digits', 'mnist'] } } }, /data: .*one data/],
  ['threads', { parameters: { threads: { choices: [1, 2] } } }, /threads: .*changes no result/],
  ['engines', { parameters: { engine: { choices: ['wasm'] } } }, /engine: .*; fix it in train$/],
  ['folders', { parameters: { out: { choices: ['a', 'b'] } } }, /out: .*; leave it out$/],
  ['an empty range', { parameters: { momentum: { min: 0.5, max: 0.1 } } }, /^parameters\.momentum/],
  [
    'the logarithm of zero',
    { parameters: { learningRate: { min: 0, max: 1, log: true } } },
    /^parameters\.learningRate\.min: 0 has no logarithm; give a min above 0, or leave out "log"/,
  ],
  [
    'a condition on a missing parameter',
    { parameters: { momentum: { min: 0, max: 0.9, when: { rul: ['bp'] } } } },
    /^parameters\.momentum\.when\.rul: there is no such parameter/,
  ],
]

for (const [what, told, message] of bad) {
  test(`${what} is refused with its path and the cure`, () => {
    const attempt = (): unknown => spec(told)
    expect(attempt).toThrow(UsageError)
    expect(attempt).toThrow(message)
  })
}

test('what is no object is no sweep', () => {
  for (const given of [null, 3, 'x', undefined]) {
    expect(() => readSpec(given)).toThrow(
      /^the sweep: .* is not an object$|^the sweep: is missing$/,
    )
  }
})

test('the test error chooses where that is forced', () => {
  expect(spec({ metric: 'testError', allowTest: true, train: {} }).metric).toBe('testError')
})

test('a grid is as large as it is, or as it is told', () => {
  const grid = { sampler: 'grid', parameters: { batch: { choices: [16, 32, 64] } } }
  expect(studyOptions(spec({ ...grid, trials: undefined })).configurations).toBe(3)
  expect(studyOptions(spec({ ...grid, trials: 2 })).configurations).toBe(2)
  expect(studyOptions(spec({ ...grid, trials: 9 })).configurations).toBe(3)
})

test('times are told in seconds, minutes, hours and days', () => {
  const seconds = ['90s', '45m', '2h', '1d12h', '1.5h', 7].map(parseDuration)
  expect(seconds).toEqual([90, 2700, 7200, 129_600, 5400, 7])
})

test('the hash is of what results depend on, in whatever order it is told', () => {
  const hash = hashOf(spec())
  const same = { workers: 3, time: '1h', onError: 'stop', trials: 9 }
  expect(hashOf(spec(same))).toBe(hash)
  expect(hashOf(spec({ train: { ...train, dataDir: 'x', threads: 2 } }))).toBe(hash)
  expect(hashOf(spec({ train: { network: '784-16-10', validation: 0.2 } }))).toBe(hash)
  const other = [
    { seed: 2 },
    { repeats: 2 },
    { sampler: 'sobol' },
    { train: { ...train, batch: 8 } },
  ]
  for (const told of other) expect(hashOf(spec(told))).not.toBe(hash)
})
