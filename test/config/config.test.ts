import { writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { given } from '../../ts/cli/options.js'
import { fromFile, help, keys, resolveConfig, type Given } from '../../ts/config/index.js'
import { UsageError } from '../../ts/errors.js'
import { rules } from '../../ts/rules/index.js'
import { temporaryFolder } from '../folders.js'

/** Settings as one object, as a file would give them. */
function from(values: object): Given {
  const entries = Object.entries(values) as [string, unknown][]
  return new Map(entries.map(([key, value]) => [key, { value, where: `run.json: ${key}` }]))
}

/** A file that holds this. */
function file(content: string): string {
  const path = join(temporaryFolder(), 'run.json')
  writeFileSync(path, content)
  return path
}

describe('settings', () => {
  test('of a file yield to --set, and that to flags', () => {
    const config = file('{ "epochs": 2, "batch": 16, "seed": 3, "rule": "bp" }')
    const flags = { config, set: ['batch=32', 'seed=4'], seed: '5' }
    const told = given(flags)
    expect(resolveConfig(told)).toMatchObject({ rule: 'bp', epochs: 2, batch: 32, seed: 5 })
  })

  test('that the last --set gave hold, and may have = in their value', () => {
    const told = given({ set: ['dataDir=a', 'dataDir=b=c'] })
    expect(resolveConfig(told).dataDir).toBe(resolve('b=c'))
  })

  test('that were not given are the rule’s own', () => {
    for (const rule of ['bp', 'fa'] as const) {
      expect(resolveConfig(from({ rule }))).toMatchObject(rules[rule]().defaults)
      expect(resolveConfig(from({ rule, weightScale: 2 })).weightScale).toBe(2)
    }
  })

  test('once resolved resolve to themselves', () => {
    for (const optimizer of ['sgd', 'rmsprop', 'adam', 'adamw']) {
      const config = resolveConfig(from({ rule: 'bp', optimizer, dataDir: 'x', threads: 3 }))
      expect(resolveConfig(from(config))).toEqual(config)
    }
  })

  test('each have their words in help', () => {
    for (const key of keys) expect(help(key).about).toMatch(/\w/)
  })
})

describe('an optimizer', () => {
  test('has its own settings, each filled in where it was not given, and no others', () => {
    const { learningRate, weightDecay } = rules.fa().defaults
    const usual = { learningRate, weightDecay, momentum: 0, nesterov: false }
    expect(resolveConfig(from({}))).toMatchObject(usual)
    expect(resolveConfig(from({ optimizer: 'adamw' }))).toMatchObject({
      learningRate: 0.001,
      beta1: 0.9,
      beta2: 0.999,
      epsilon: 1e-8,
      weightDecay: 0.01,
    })
    const { beta2, momentum, beta1 } = resolveConfig(from({ optimizer: 'rmsprop' }))
    expect([beta2, momentum, beta1]).toEqual([0.99, undefined, undefined])
  })

  test('refuses the setting of another, with where it stands and the cure', () => {
    const flags = { set: ['optimizer=adam'], momentum: '0.9' }
    expect(() => resolveConfig(given(flags))).toThrow(
      '--momentum: momentum is not an option of adam, which takes beta1, beta2, epsilon; ' +
        'leave it out, or choose optimizer sgd',
    )
    const other = from({ optimizer: 'rmsprop', beta1: 0.5 })
    expect(() => resolveConfig(other)).toThrow(/choose optimizer adam or adamw$/)
  })

  test('is told on the command line and in --set', () => {
    const flags = { set: [], momentum: '0.9', nesterov: true, learningRateFactors: '1,0.5' }
    expect(resolveConfig(given(flags))).toMatchObject({
      nesterov: true,
      learningRateFactors: '1,0.5',
    })
    const set = given({ set: ['nesterov=true', 'momentum=0.5', 'clipValue=2'] })
    expect(resolveConfig(set)).toMatchObject({ nesterov: true, momentum: 0.5, clipValue: 2 })
  })
})

/** A key, a bad value, and what the message says after where it stands. */
const bad: readonly [string, unknown, RegExp][] = [
  ['data', 'mnits', /unknown data set "mnits"; did you mean "mnist"\?/],
  ['dataDir', '', /"" is not a folder/],
  ['network', '784', /network "784" needs inputs and outputs/],
  ['network', 784, /784 is not a network: a text like 784-10, or an object/],
  ['activation', 'tan', /unknown activation "tan"; did you mean "tanh"\?/],
  ['loss', 'entropy', /unknown loss "entropy"/],
  ['rule', 'bpp', /unknown rule "bpp"; did you mean "bp"\?/],
  ['optimizer', 'adan', /"adan" is none of sgd, rmsprop, adam, adamw; did you mean "adam"\?/],
  ['learningRate', 0, /0 is not a number above 0/],
  ['learningRate', -1, /-1 is not a number above 0/],
  ['learningRate', 1e39, /1e\+39 is not a number above 0/],
  ['learningRate', 1e-60, /1e-60 is not a number above 0/],
  ['learningRate', '0.1', /"0\.1" is not a number above 0/],
  ['dropout', -5e-324, /-5e-324 is not a number from 0 to below 1/],
  ['feedbackAngle', 180.1, /180\.1 is not a number from 0 to 180/],
  ['feedbackScaling', 'fan', /"fan" is none of relative, absolute/],
  ['feedbackDistribution', 'norml', /"norml" is none of uniform, normal; did you mean "normal"/],
  ['feedbackShared', 'yes', /"yes" is not true or false/],
  ['momentum', 1, /1 is not a number from 0 to below 1/],
  ['momentum', 1 - 1e-12, /is not a number from 0 to below 1/],
  ['nesterov', 'yes', /"yes" is not true or false/],
  ['nesterov', true, /nesterov needs a momentum above 0/],
  ['beta1', 0.9, /beta1 is not an option of sgd, which takes momentum, nesterov; leave it out/],
  ['beta2', 1, /1 is not a number from 0 to below 1/],
  ['epsilon', 0, /0 is not a number above 0/],
  ['clipValue', 0, /0 is not a number above 0/],
  ['learningRateFactors', '1,0', /"0" is not a factor above 0/],
  ['freeze', '0:0', /"0:0" is not BLOCK/],
  ['augment', 'elastic=8', /elastic=8. is not elastic=AMPLITUDE:SMOOTHNESS/],
  ['augment', 'turn=2', /augment has no distortion "turn"; known are shift, crop/],
  ['patience', 0, /0 is not a whole number from 1/],
  ['weightDecay', -0.1, /-0\.1 is not a number of at least 0/],
  ['schedule', 'cosin', /unknown schedule "cosin"; did you mean "cosine"\?/],
  ['epochs', 0, /0 is not a whole number from 1 to 1,000,000,000/],
  ['epochs', 1.5, /1\.5 is not a whole number/],
  ['batch', 65_537, /65537 is not a whole number from 1 to 65,536/],
  ['seed', -1, /-1 is not a whole number from 0/],
  ['threads', 0, /0 is not a whole number from 1 to 1,024/],
  ['precision', 'fp16', /"fp16" is none of f32, bf16; did you mean/],
  [
    'engine',
    'nativ',
    /"nativ" is none of native, wasm, wasm-revectorized; did you mean "native"\?/,
  ],
  ['validation', 1, /1 is not a fraction from 0 to below 1/],
  ['weightScale', 1e7, /10000000 is not a number from 0 to 1e6/],
  ['weightDensity', 0, /0 is not a fraction above 0, at most 1/],
  ['weightDensity', 1.01, /1\.01 is not a fraction above 0, at most 1/],
  ['feedbackScale', 0, /0 is not a number above 0/],
  ['inputScaling', null, /null is none of standardise, unit/],
  ['reduction', 'mena', /"mena" is none of mean, sum; did you mean "mean"\?/],
  ['out', '', /"" is not a folder/],
  ['momentun', 0.9, /no such setting; did you mean "momentum"\?/],
]

for (const [key, value, message] of bad) {
  test(`${key} ${JSON.stringify(value)} is refused by its name, value and cure`, () => {
    const attempt = (): unknown => resolveConfig(from({ [key]: value }))
    expect(attempt).toThrow(UsageError)
    expect(attempt).toThrow(new RegExp(`^run\\.json: ${key}: .*${message.source}`))
  })
}

test('a number that is none names the flag or the --set that gave it', () => {
  const flags = { set: [], learningRate: 'NaN' }
  expect(() => resolveConfig(given(flags))).toThrow('--learning-rate: "NaN" is not a number')
  const set = ['learningRate=1e999']
  expect(() => resolveConfig(given({ set }))).toThrow('--set learningRate: "1e999" is not')
  expect(() => given({ set: ['epochs'] })).toThrow('--set "epochs" is not key=value')
})

test('a file that is no object of settings is named', () => {
  for (const content of ['', '[1]', 'null', '{ "epochs": 1,', '3']) {
    const path = file(content)
    expect(() => fromFile(path)).toThrow(UsageError)
    expect(() => fromFile(path)).toThrow(path)
  }
})

test('whatever a file holds, it resolves or is refused in one line', () => {
  const value = fc.oneof(fc.jsonValue(), fc.constantFrom('digits', 'bp', 'relu', 1, 0.5))
  const key = fc.oneof(fc.constantFrom(...keys), fc.string(), fc.constant('__proto__'))
  fc.assert(
    fc.property(fc.array(fc.tuple(key, value), { maxLength: 4 }), (entries) => {
      const told = from(JSON.parse(JSON.stringify(Object.fromEntries(entries))) as object)
      try {
        expect(resolveConfig(told).learningRate).toBeGreaterThan(0)
      } catch (error) {
        expect(error).toBeInstanceOf(UsageError)
        expect((error as Error).message).toMatch(/: /)
      }
    }),
    { numRuns: 500 },
  )
})
