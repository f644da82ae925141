import { describe, expect, test } from 'vitest'
import fc from 'fast-check'
import { classCounts, dataset } from '../../ts/data/examples.js'
import { split } from '../../ts/data/split.js'
import { UsageError } from '../../ts/errors.js'

type Options = Parameters<typeof dataset>[0]

/** Four examples of two inputs, with changes. */
const made = (changes: Partial<Options> = {}): Options => ({
  inputs: Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8),
  shape: [2],
  targets: [0, 1, 2, 0],
  ...changes,
})

const inputs = (at: number, value: number): Float32Array =>
  Float32Array.from({ length: 8 }, (_, i) => (i === at ? value : 0))

const wrong: readonly [string, Partial<Options>, RegExp][] = [
  ['label −1', { targets: [0, -1, 1, 1] }, /label -1 of example 1 is not a whole number from 0/],
  ['label 1.5', { targets: [0, 1, 1.5, 1] }, /label 1.5 of example 2 is not a whole number/],
  ['label NaN', { targets: [NaN, 0, 0, 0] }, /label NaN of example 0 is not a whole number/],
  ['label 2³²', { targets: [0, 0, 0, 2 ** 32] }, /label 4294967296 of example 3 is not a whole/],
  ['a label of millions', { targets: Uint32Array.of(0, 0, 4e9, 0) }, /4000000000 of example 2/],
  ['a label not below the classes', { classes: 2 }, /label 2 of example 2 .* from 0 to 1/],
  ['no classes', { classes: 0 }, /classes 0 is not a whole number from 1/],
  ['half a class', { classes: 2.5 }, /classes 2.5 is not a whole number from 1/],
  ['NaN classes', { classes: NaN }, /classes NaN is not a whole number from 1/],
  ['too many classes', { classes: 1e7 }, /classes 10000000 is not .* to 1000000/],
  ['an input NaN', { inputs: inputs(5, NaN) }, /input 1 of example 2 is NaN, not a finite number/],
  ['an infinite input', { inputs: inputs(2, -Infinity) }, /input 0 of example 1 is -Infinity/],
  ['inputs as a list', { inputs: [1, 2] as unknown as Float32Array }, /must be a Uint8Array or/],
  ['inputs that end early', { inputs: new Float32Array(7) }, /7 inputs are no whole examples of 2/],
  ['no inputs', { inputs: new Uint8Array(0), targets: [] }, /0 inputs are no whole examples of 2/],
  ['too few labels', { targets: [0, 1, 2] }, /3 labels do not fit 4 examples/],
  ['too many labels', { targets: new Uint8Array(5) }, /5 labels do not fit 4 examples/],
  ['values that do not fit', { targets: new Float32Array(6) }, /6 target values do not fit 4/],
  ['no values', { targets: new Float32Array(0) }, /0 target values do not fit 4 examples/],
  ['a value NaN', { targets: inputs(3, NaN) }, /target 1 of example 1 is NaN, not a finite number/],
  ['classes of values', { targets: new Float32Array(8), classes: 2 }, /classes 2 goes with labels/],
  ['too few groups', { groups: [1, 2] }, /2 groups do not fit 4 examples/],
  ['half a group', { groups: [0, 1.5, 2, 3] }, /group 1.5 of example 1 is not a whole number/],
  ['an empty shape', { shape: [] }, /shape \[\] is not of whole numbers from 1 up/],
  ['a negative shape', { shape: [-1, -2] }, /shape \[-1, -2\] is not of whole numbers from 1 up/],
  ['a shape of 0', { shape: [2, 0] }, /shape \[2, 0\] is not of whole numbers/],
]

for (const [what, change, message] of wrong) {
  test(`${what} is refused with its place and value`, () => {
    expect(() => dataset(made(change))).toThrow(UsageError)
    expect(() => dataset(made(change))).toThrow(message)
  })
}

test('labels are kept as they are, and counted by class', () => {
  const data = dataset(made({ classes: 5 }))
  expect(data.targets).toEqual({ kind: 'labels', labels: Uint32Array.of(0, 1, 2, 0), classes: 5 })
  expect(classCounts(data)).toEqual([2, 1, 1, 0, 0])
  expect(dataset(made()).targets).toMatchObject({ classes: 3 })
})

test('any numbers are either labels or an error that names the first that is none', () => {
  const number = fc.oneof(fc.nat(20), fc.double(), fc.integer())
  fc.assert(
    fc.property(fc.array(number, { minLength: 4, maxLength: 4 }), (targets) => {
      const first = targets.findIndex((t) => !(Number.isInteger(t) && t >= 0 && t < 1e6))
      if (first < 0) {
        const data = dataset(made({ targets }))
        expect(data.targets).toMatchObject({ labels: Uint32Array.from(targets) })
      } else {
        expect(() => dataset(made({ targets }))).toThrow(
          `label ${targets[first]} of example ${first} `,
        )
      }
    }),
  )
})

describe('a split', () => {
  /** 20 examples of class 0, 10 of class 1, 1 of class 2. */
  const labels = Array.from({ length: 31 }, (_, i) => (i < 20 ? 0 : i < 30 ? 1 : 2))
  const uneven = dataset({ inputs: new Uint8Array(31), shape: [1], targets: labels })

  test('that leaves a class nothing to train on is refused', () => {
    expect(() => split(uneven, 0.96, 1)).toThrow(UsageError)
    expect(() => split(uneven, 0.96, 1)).toThrow(
      "validation 0.96 leaves none of class 1's 10 examples to train on",
    )
    expect(() => split(uneven, 0.5, 1)).toThrow(/none of class 2's 1 examples/)
  })

  test('that leaves nothing at all to train on is refused', () => {
    const values = dataset({ inputs: new Uint8Array(8), shape: [2], targets: new Float32Array(4) })
    expect(() => split(values, 0.9, 1)).toThrow('validation 0.9 leaves none of 4 examples')
    expect(split(values, 0.75, 1).train).toHaveLength(1)
  })

  test('that sets nothing aside is refused', () => {
    expect(() => split(uneven, 0.001, 1)).toThrow(/validation 0.001 of these examples is none/)
  })

  test('of groups sets whole ones aside, and other ones by another seed', () => {
    const groups = Array.from({ length: 31 }, (_, i) => [12, 5, 7, 40][i % 4] ?? 0)
    const spoken = { ...made(), inputs: new Uint8Array(31), shape: [1], targets: labels, groups }
    const aside = (seed: number): unknown[] => {
      const { train, validation } = split(dataset(spoken), 0.25, seed)
      const [kept, gone] = [train, validation].map((part) => new Set([...part].map(groupOf)))
      expect([...(kept ?? []), ...(gone ?? [])].sort()).toEqual([12, 40, 5, 7])
      expect(train.length + validation.length).toBe(31)
      return [...(gone ?? [])]
    }
    const groupOf = (example: number): number | undefined => groups[example]
    const seen = new Set([1, 2, 3, 4, 5, 6, 7, 8].flatMap(aside))
    expect(seen.size).toBeGreaterThan(1)
    expect(aside(3)).toEqual(aside(3))
    const message = 'validation 0.1 of 4 groups, as speakers are, is 0; take a fraction that comes'
    expect(() => split(dataset(spoken), 0.1, 1)).toThrow(message)
    expect(() => split(dataset(spoken), 0.9, 1)).toThrow(/of 4 groups, as speakers are, is 4/)
  })

  for (const fraction of [1, -0.1, NaN, Infinity]) {
    test(`by ${fraction} is refused`, () => {
      expect(() => split(uneven, fraction, 1)).toThrow(/is not a fraction from 0 to below 1/)
    })
  }
})
