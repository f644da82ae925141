import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { UsageError } from '../../ts/errors.js'
import type { Parameters } from '../../ts/sweep/job.js'
import { findSampler, samplers } from '../../ts/sweep/samplers/index.js'
import type { Outcome, Sampler } from '../../ts/sweep/samplers/sampler.js'
import { Space } from '../../ts/sweep/space.js'
import { expectToFit } from './fits.js'
import { anySpecs, finiteSpecs } from './spaces.js'

const names = samplers.map(({ name }) => name)

/** Values that a sweep can come to, by configuration. */
const values = fc.array(
  fc.oneof(fc.double({ min: -1, max: 1, noNaN: true }), fc.constant(Infinity)),
  {
    minLength: 30,
    maxLength: 30,
  },
)

/** Draws configurations one after another, of which the last `delay` have no outcome. */
function sweep(sampler: Sampler, told: readonly number[], delay: number): Parameters[] {
  const drawn: Parameters[] = []
  const count = Math.min(told.length, sampler.size ?? Infinity)
  for (let configuration = 0; configuration < count; configuration++) {
    const known = Math.max(0, configuration - delay)
    const outcomes = drawn.slice(0, known).map((parameters, index): Outcome => {
      const epochs = index % 4 === 0 ? 3 : 1
      return { configuration: index, parameters, epochs, value: told[index] ?? 0 }
    })
    drawn.push(sampler.draw(configuration, outcomes, drawn.slice(known)))
  }
  return drawn
}

describe.each(names)('%s', (name) => {
  const specs = name === 'grid' ? finiteSpecs : anySpecs
  const seeds = fc.nat()

  test('draws in ranges, on steps and by conditions, whatever trials come to', () => {
    const delays = fc.integer({ min: 0, max: 12 })
    fc.assert(
      fc.property(specs, seeds, values, delays, (given, seed, told, delay) => {
        const sampler = findSampler(name, { space: new Space(given), seed })
        for (const parameters of sweep(sampler, told, delay)) expectToFit(given, parameters)
      }),
      { numRuns: 40 },
    )
  })

  test('draws the same again, and from the middle on, as one that is resumed', () => {
    fc.assert(
      fc.property(specs, seeds, values, (given, seed, told) => {
        const made = () => findSampler(name, { space: new Space(given), seed })
        const first = sweep(made(), told, 8)
        expect(sweep(made(), told, 8)).toEqual(first)
        const at = first.length - 1
        const outcomes = first.slice(0, Math.max(0, at - 8)).map((parameters, index) => {
          const epochs = index % 4 === 0 ? 3 : 1
          return { configuration: index, parameters, epochs, value: told[index] ?? 0 }
        })
        const copy = JSON.parse(
          JSON.stringify(outcomes.map((one) => one.parameters)),
        ) as Parameters[]
        const read = outcomes.map((one, index) => ({ ...one, parameters: copy[index] ?? {} }))
        expect(made().draw(at, read, first.slice(read.length, at))).toEqual(first[at])
      }),
      { numRuns: 20 },
    )
  })
})

test.each(['random', 'sobol', 'tpe'])('another seed has %s draw others', (name) => {
  const space = new Space({ x: { min: 0, max: 1 } })
  const drawn = [1, 2].map((seed) => findSampler(name, { space, seed }).draw(0, [], []))
  expect(drawn[0]).not.toEqual(drawn[1])
})

describe('random', () => {
  const draw = (given: ConstructorParameters<typeof Space>[0], configuration: number) =>
    findSampler('random', { space: new Space(given), seed: 3 }).draw(configuration, [], [])

  test('keeps a parameter’s values where others come and go', () => {
    const x = { min: 0, max: 1 }
    for (let configuration = 0; configuration < 5; configuration++) {
      const alone = draw({ x }, configuration)
      expect(draw({ y: { choices: [1, 2] }, x }, configuration)).toMatchObject(alone)
    }
  })

  test('is as likely to draw one part of a range as another', () => {
    const parts = Array.from({ length: 10 }, () => 0)
    for (let configuration = 0; configuration < 4000; configuration++) {
      const { x } = draw({ x: { min: 0, max: 10, step: 1, int: true } }, configuration)
      const part = Math.min(9, Number(x))
      parts[part] = (parts[part] ?? 0) + 1
    }
    for (const count of parts.slice(0, 9)) expect(Math.abs(count - 4000 / 11)).toBeLessThan(90)
  })

  test('draws what it always has', () => {
    const specs = {
      rule: { choices: ['bp', 'fa', 'dfa'] },
      rate: { min: 0.001, max: 0.3, log: true },
    }
    expect([0, 1, 2].map((configuration) => draw(specs, configuration))).toMatchInlineSnapshot(`
      [
        {
          "rate": 0.0423538694115,
          "rule": "bp",
        },
        {
          "rate": 0.0273428021803,
          "rule": "dfa",
        },
        {
          "rate": 0.0178434113779,
          "rule": "bp",
        },
      ]
    `)
  })
})

describe('grid', () => {
  test('has every configuration once', () => {
    const space = new Space({ a: { choices: ['x', 'y'] }, b: { min: 1, max: 3, int: true } })
    const sampler = findSampler('grid', { space, seed: 1 })
    expect(sampler.size).toBe(6)
    const drawn = Array.from({ length: 6 }, (_, index) => sampler.draw(index, [], []))
    expect(drawn.map(({ a, b }) => `${a}${b}`)).toEqual(['x1', 'x2', 'x3', 'y1', 'y2', 'y3'])
  })

  test('refuses a range without steps, with the cure', () => {
    const space = new Space({ rate: { min: 0.001, max: 0.3, log: true } })
    const attempt = () => findSampler('grid', { space, seed: 1 })
    expect(attempt).toThrow(UsageError)
    expect(attempt).toThrow(/^parameters\.rate: a grid .*; give it a step, or choices/)
  })
})

const space = new Space({ x: { min: 0, max: 1 } })

test.each([
  ['tpx', /^unknown sampler "tpx"; did you mean "tpe"\?/],
  [{ name: 'tpe', startup: 0 }, /^sampler\.startup: 0 is not a whole number from 1/],
  [{ name: 'tpe', candidates: 1.5 }, /^sampler\.candidates: 1\.5 is not a whole number from 1/],
  [
    { name: 'tpe', startups: 5 },
    /^sampler\.startups: tpe has no such option; did you mean "startup"/,
  ],
  [{ name: 'random', startup: 5 }, /^sampler\.startup: random has no such option; it has none/],
])('%j is refused by path, value and cure', (choice, message) => {
  expect(() => findSampler(choice, { space, seed: 1 })).toThrow(UsageError)
  expect(() => findSampler(choice, { space, seed: 1 })).toThrow(message)
})
