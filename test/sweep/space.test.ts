import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { UsageError } from '../../ts/errors.js'
import type { Parameters } from '../../ts/sweep/job.js'
import { checkParameters, Space, type ParameterSpecs } from '../../ts/sweep/space.js'
import { expectToFit } from './fits.js'
import { anySpecs, finiteSpecs } from './spaces.js'

const place = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })

/** Every configuration there is, by trying all values of all parameters. */
function everyConfiguration(specs: ParameterSpecs): Set<string> {
  const space = new Space(specs)
  let all: Parameters[] = [{}]
  for (const { name, domain } of space.parameters) {
    const when = Object.entries(specs[name]?.when ?? {})
    all = all.flatMap((one) => {
      const counts = when.every(([other, values]) => values.includes(one[other] ?? NaN))
      if (!counts) return [one]
      return Array.from({ length: domain.size ?? 0 }, (_, index) => {
        return { ...one, [name]: domain.nth(index) }
      })
    })
  }
  return new Set(all.map((one) => JSON.stringify(one)))
}

describe('a space', () => {
  test('gives each place a configuration in its ranges, on its steps, by its conditions', () => {
    fc.assert(
      fc.property(anySpecs, fc.array(place, { minLength: 8, maxLength: 8 }), (specs, places) => {
        expectToFit(specs, new Space(specs).at(places))
      }),
    )
  })

  test('knows the places of a value that it gave', () => {
    fc.assert(
      fc.property(anySpecs, place, (specs, at) => {
        for (const { domain } of new Space(specs).parameters) {
          const [from, to] = domain.places(domain.at(at)) ?? [NaN, NaN]
          expect(from - 1e-9).toBeLessThanOrEqual(at)
          expect(to + 1e-9).toBeGreaterThanOrEqual(at)
          if (domain.size === undefined) expect(to).toBe(from)
          else expect(domain.at((from + to) / 2)).toBe(domain.at(at))
        }
      }),
    )
  })

  test('with an end is counted through: every configuration once', () => {
    fc.assert(
      fc.property(finiteSpecs, (specs) => {
        const space = new Space(specs)
        const size = space.gridSize ?? NaN
        fc.pre(size <= 400)
        const counted = Array.from({ length: size }, (_, index) => space.grid(index))
        for (const parameters of counted) expectToFit(specs, parameters)
        const texts = new Set(counted.map((one) => JSON.stringify(one)))
        expect(texts.size).toBe(size)
        expect(texts).toEqual(everyConfiguration(specs))
      }),
    )
  })

  test('orders parameters behind those that their conditions name', () => {
    const on = (rule: string, ...values: (string | number)[]) => ({ when: { [rule]: values } })
    const space = new Space({
      c: { choices: [1, 2], ...on('b', 3) },
      b: { min: 1, max: 3, int: true, ...on('a', 'x') },
      a: { choices: ['x', 'y'] },
    })
    expect(space.parameters.map(({ name }) => name)).toEqual(['a', 'b', 'c'])
    expect(space.gridSize).toBe(5)
    const all = Array.from({ length: 5 }, (_, index) => space.grid(index))
    expect(all).toEqual([
      { a: 'x', b: 1 },
      { a: 'x', b: 2 },
      { a: 'x', b: 3, c: 1 },
      { a: 'x', b: 3, c: 2 },
      { a: 'y' },
    ])
  })

  test('counts through more configurations than anybody could list', () => {
    const seed = { min: 0, max: 1e9, int: true }
    const other = { choices: ['p', 'q'], when: { seed: [7, 1e9] } }
    const space = new Space({ seed, other, third: { choices: [1, 2, 3] } })
    expect(space.gridSize).toBe(3 * (1e9 + 3))
    expect(space.grid(3 * 7)).toEqual({ seed: 7, other: 'p', third: 1 })
    expect(space.grid(3 * 9)).toEqual({ seed: 8, third: 1 })
    expect(space.grid(3 * (1e9 + 3) - 1)).toEqual({ seed: 1e9, other: 'q', third: 3 })
  })

  test('has no size where a parameter is continuous', () => {
    expect(new Space({ momentum: { min: 0, max: 1 } }).gridSize).toBeUndefined()
  })
})

describe('a range', () => {
  const at = (spec: object, place: number) => {
    return new Space({ x: spec } as ParameterSpecs).at([place])['x']
  }

  test('reaches both ends where it has steps, and begins at min where it has none', () => {
    const [first, last] = [0, 1 - 2 ** -53]
    for (const spec of [
      ...[{ step: 0.1 }, { step: 0.05 }, { step: 0.01 }].map((step) => ({
        min: 0,
        max: 0.9,
        ...step,
      })),
      ...[
        { min: 16, max: 256, step: 16 },
        { min: 3, max: 9, int: true },
      ],
      ...[
        { min: 1, max: 300, int: true, log: true },
        { min: -2, max: 7, int: true, step: 3 },
      ],
    ]) {
      expect(at(spec, first)).toBe(spec.min)
      expect(at(spec, last)).toBe(spec.max)
    }
    for (const log of [false, true]) expect(at({ min: 0.001, max: 0.3, log }, 0)).toBe(0.001)
  })

  test('ends at the last step that fits', () => {
    expect(at({ min: 0, max: 1, step: 0.3 }, 0.999)).toBe(0.9)
  })

  test('has numbers that people can read', () => {
    const values = Array.from({ length: 20 }, (_, index) =>
      at({ min: 0, max: 0.95, step: 0.05 }, index / 20),
    )
    expect(JSON.stringify(values)).toBe(
      '[0,0.05,0.1,0.15,0.2,0.25,0.3,0.35,0.4,0.45,0.5,0.55,0.6,0.65,0.7,0.75,0.8,0.85,0.9,0.95]',
    )
    expect(at({ min: 0.001, max: 0.1, log: true }, 0.5)).toBe(0.01)
  })

  test('that is logarithmic gives equal factors equal shares', () => {
    expect(at({ min: 1e-4, max: 1, log: true }, 0.25)).toBe(0.001)
    const shares = [1, 2, 3, 4].map((value) => {
      const [domain] = new Space({ x: { min: 1, max: 4, int: true, log: true } }).parameters
      const [from, to] = domain?.domain.places(value) ?? [NaN, NaN]
      return (to - from) * Math.log(9)
    })
    const wanted = [3, 5 / 3, 7 / 5, 9 / 7].map(Math.log)
    for (const [index, share] of shares.entries())
      expect(share).toBeCloseTo(wanted[index] ?? NaN, 12)
  })

  test('may be as wide as numbers are', () => {
    const most = Number.MAX_VALUE
    expect(at({ min: -most, max: most }, 0.5)).toBe(0)
  })
})

const lr = { min: 0.001, max: 0.3, log: true }
const rule = { choices: ['bp', 'fa'] }

/** Bad parameters, and the whole message. */
const bad: readonly [string, unknown, RegExp][] = [
  ['no object', ['rule'], /^parameters: \["rule"\] is not an object of parameters, like \{/],
  ['nothing', {}, /^parameters: there is nothing to look through; give it \{/],
  ['no parameter', { rule: ['bp'] }, /^parameters\.rule: \["bp"\] is not \{"choices": \[…\]\} or/],
  ['an empty one', { rule: {} }, /^parameters\.rule: \{\} is not \{"choices": \[…\]\} or \{"min"/],
  [
    'a misspelt key',
    { rule: { ...rule, wehn: {} } },
    /^parameters\.rule\.wehn: there is no such key; did you mean "when"\?/,
  ],
  [
    'a key of the other form',
    { rule: { ...rule, log: true } },
    /^parameters\.rule\.log: there is no such key; known are choices, when/,
  ],
  [
    'no choices',
    { rule: { choices: [] } },
    /^parameters\.rule\.choices: there is no value in it; give at least one/,
  ],
  [
    'choices that are none',
    { rule: { choices: 'bp' } },
    /^parameters\.rule\.choices: "bp" is not a list of values/,
  ],
  [
    'a choice that is none',
    { rule: { choices: ['bp', null] } },
    /^parameters\.rule\.choices\[1\]: null is not a text, a number, true or false/,
  ],
  [
    'a choice twice',
    { rule: { choices: [1, 2, 1] } },
    /^parameters\.rule\.choices\[2\]: 1 stands there twice/,
  ],
  ['no max', { x: { min: 1 } }, /^parameters\.x\.max: is missing/],
  ['a text for a number', { x: { min: '1', max: 2 } }, /^parameters\.x\.min: "1" is not a number/],
  [
    'an empty range',
    { x: { min: 2, max: 1 } },
    /^parameters\.x\.min: 2 is not below max, 1: the range is empty/,
  ],
  ['a range of one', { x: { min: 2, max: 2 } }, /^parameters\.x\.min: 2 is not below max, 2/],
  [
    'infinity',
    { x: { min: 0, max: Infinity } },
    /^parameters\.x\.max: Infinity is not a finite number/,
  ],
  [
    'the log of zero',
    { x: { ...lr, min: 0 } },
    /^parameters\.x\.min: 0 has no logarithm; give a min above 0, or leave out "log"/,
  ],
  ['log with steps', { x: { ...lr, step: 0.1 } }, /^parameters\.x\.step: 0\.1 goes with no "log"/],
  [
    'a step that fits nowhere',
    { x: { min: 0, max: 1, step: 2 } },
    /^parameters\.x\.step: 2 does not fit between 0 and 1; give a smaller one/,
  ],
  [
    'a step of nothing',
    { x: { min: 0, max: 1, step: 0 } },
    /^parameters\.x\.step: 0 is not a number above 0/,
  ],
  [
    'a step too small',
    { x: { min: 1, max: 2, step: 1e-14 } },
    /^parameters\.x\.step: 1e-14 is lost beside 1 and 2; give a larger one/,
  ],
  [
    'whole numbers from a fraction',
    { x: { min: 0.5, max: 2, int: true } },
    /^parameters\.x\.min: 0\.5 is not a whole number, which "int" asks for/,
  ],
  [
    'whole numbers in fractions',
    { x: { min: 0, max: 2, int: true, step: 0.5 } },
    /^parameters\.x\.step: 0\.5 is not a whole number/,
  ],
  [
    'more than can be counted',
    { x: { min: -9e15, max: 9e15, int: true } },
    /^parameters\.x\.max: 9000000000000000 is too far from min/,
  ],
  ['a flag that is none', { x: { ...lr, log: 1 } }, /^parameters\.x\.log: 1 is not true or false/],
  [
    'a condition that is none',
    { x: { ...lr, when: 'bp' } },
    /^parameters\.x\.when: "bp" is not an object of conditions/,
  ],
  [
    'a condition on no value',
    { rule, x: { ...lr, when: { rule: [] } } },
    /^parameters\.x\.when\.rule: there is no value in it/,
  ],
  [
    'a condition on nobody',
    { rule, x: { ...lr, when: { rul: ['bp'] } } },
    /^parameters\.x\.when\.rul: there is no such parameter; did you mean "rule"\?/,
  ],
  [
    'a condition on a stranger',
    { rule, x: { ...lr, when: { rule: ['bp', 'dfa'] } } },
    /^parameters\.x\.when\.rule\[1\]: "dfa" is no value of rule/,
  ],
  [
    'a condition between steps',
    { y: { min: 0, max: 1, step: 0.5 }, x: { ...lr, when: { y: [0.3] } } },
    /^parameters\.x\.when\.y\[0\]: 0\.3 is no value of y/,
  ],
  [
    'a condition on a real number',
    { y: lr, x: { ...lr, when: { y: [0.1] } } },
    /^parameters\.x\.when\.y: y is continuous, .* give it choices or a step/,
  ],
  [
    'a condition on itself',
    { x: { choices: [1], when: { x: [1] } } },
    /^parameters\.x\.when\.x: conditions go round in a circle, x → x/,
  ],
  [
    'a circle',
    {
      a: { choices: [1], when: { b: [1] } },
      b: { choices: [1], when: { c: [1] } },
      c: { choices: [1], when: { b: [1] } },
    },
    /^parameters\.b\.when\.c: conditions go round in a circle, b → c → b; leave out one of them/,
  ],
]

test.each(bad)('%s is refused by path, value and cure', (_, given, message) => {
  expect(() => checkParameters(given)).toThrow(UsageError)
  expect(() => checkParameters(given)).toThrow(message)
})

test('whatever parameters are, they make a space or are refused in one line', () => {
  const key = fc.constantFrom('choices', 'min', 'max', 'log', 'step', 'int', 'when')
  const value = fc.oneof(fc.jsonValue({ maxDepth: 2 }), fc.double(), fc.constantFrom(1, 2, true))
  const spec = fc.oneof(fc.dictionary(key, value), fc.jsonValue({ maxDepth: 1 }))
  fc.assert(
    fc.property(fc.dictionary(fc.string(), spec), (given) => {
      try {
        const space = new Space(given as ParameterSpecs)
        expect(Object.keys(space.at(space.parameters.map(() => 0.5))).length).toBeGreaterThan(0)
      } catch (error) {
        expect(error).toBeInstanceOf(UsageError)
        expect((error as Error).message).toMatch(/^parameters.*: [^\n]+$/)
      }
    }),
    { numRuns: 1000 },
  )
})
