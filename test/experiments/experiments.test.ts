import { describe, expect, test } from 'vitest'
import { experiments } from '../../ts/experiments/index.js'
import { UsageError } from '../../ts/errors.js'
import { checkSets, trials } from '../../ts/experiments/trials.js'

test('experiments have names of their own', () => {
  const names = experiments.map(({ name }) => name)
  expect(new Set(names).size).toBe(names.length)
})

describe.each(experiments)('experiment $name', (experiment) => {
  const { rows, seeds } = experiment

  test('has rows that files can be named by, each once', () => {
    const names = rows.map(({ name }) => name)
    expect(new Set(names).size).toBe(names.length)
    for (const name of names) expect(name).toMatch(/^[a-z0-9-]+$/)
  })

  test('trains all rows on all of the same data, under several seeds', () => {
    const all = trials(experiment, new Map(), seeds)
    expect(all).toHaveLength(rows.length * seeds.length)
    expect(new Set(all.map(({ config }) => config.data)).size).toBe(1)
    // What was chosen on validation is shown by the last epoch on test, and nothing held back.
    for (const { config } of all)
      expect([config.validation, config.patience]).toEqual([0, undefined])
    expect(new Set(all.map(({ config }) => config.seed))).toEqual(new Set(seeds))
  })

  test('refuses for all rows what a row has of its own, but for the epochs', () => {
    const set = (key: string) => {
      checkSets(experiment, new Map([[key, { value: 1, where: `--set ${key}` }]]))
    }
    for (const key of rows.flatMap(({ settings }) => Object.keys(settings))) {
      if (key !== 'epochs')
        expect(() => {
          set(key)
        }, key).toThrow(UsageError)
    }
    for (const key of ['epochs', 'batch', 'data']) set(key)
  })

  test('trains under the seeds asked for, whatever else was told', () => {
    const all = trials(experiment, new Map([['seed', { value: 7, where: 'told' }]]), [3])
    expect(new Set(all.map(({ config }) => config.seed))).toEqual(new Set([3]))
  })

  test('has published errors that are fractions', () => {
    for (const { published = 0.5 } of rows) expect(published > 0 && published < 1).toBe(true)
  })
})
