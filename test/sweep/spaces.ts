import fc from 'fast-check'
import type { ParameterSpec, ParameterSpecs } from '../../ts/sweep/space.js'

const choices = fc
  .uniqueArray(fc.oneof(fc.string(), fc.integer(), fc.boolean()), { minLength: 1, maxLength: 4 })
  .map((values) => ({ choices: values }))

const integers = fc
  .record({
    min: fc.integer({ min: -50, max: 50 }),
    width: fc.integer({ min: 1, max: 30 }),
    step: fc.option(fc.integer({ min: 1, max: 5 }), { nil: undefined }),
  })
  .map(({ min, width, step }) => ({
    ...{ min, max: min + Math.max(width, step ?? 1), int: true },
    ...(step === undefined ? {} : { step }),
  }))

const logarithmicIntegers = fc
  .tuple(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 60 }))
  .map(([min, width]) => ({ min, max: min + width, int: true, log: true }))

const steps = fc
  .tuple(
    fc.integer({ min: -40, max: 40 }),
    fc.integer({ min: 1, max: 12 }),
    fc.constantFrom(0.05, 0.1, 0.25, 1 / 3),
  )
  .map(([from, count, step]) => ({ min: from / 8, max: from / 8 + step * (count + 0.5), step }))

const reals = fc
  .tuple(
    fc.double({ min: 1e-6, max: 1e3, noNaN: true }),
    fc.double({ min: 1.1, max: 1e4, noNaN: true }),
  )
  .map(([min, factor]) => ({ min, max: min * factor }))

const finite = fc.oneof(choices, integers, logarithmicIntegers, steps)
const any = fc.oneof(
  finite,
  reals,
  reals.map((range) => ({ ...range, log: true })),
)

/** Parameters p0, p1 … of which one may ask for values of another, in any order. */
function specs(one: fc.Arbitrary<ParameterSpec>): fc.Arbitrary<ParameterSpecs> {
  const switches = fc.uniqueArray(fc.integer({ min: 0, max: 3 }), { minLength: 1, maxLength: 3 })
  const parameter = fc.record({ one, asks: fc.option(switches), of: fc.nat() })
  return fc
    .tuple(fc.array(parameter, { minLength: 1, maxLength: 4 }), fc.boolean())
    .map(([parameters, turned]) => {
      const entries = parameters.flatMap(({ one, asks, of }, index) => {
        const before = `s${of % Math.max(index, 1)}`
        const condition = asks === null || index === 0 ? {} : { when: { [before]: asks } }
        const choice = { choices: [0, 1, 2, 3], ...condition }
        return [
          [`s${index}`, choice],
          [`p${index}`, { ...one, ...condition }],
        ] as const
      })
      return Object.fromEntries(turned ? entries.toReversed() : entries)
    })
}

/** Whatever can be searched, with conditions. */
export const anySpecs = specs(any)

/** Those that have a number of configurations. */
export const finiteSpecs = specs(finite)
