/** Random runs, out of everything that a run can be told. */
import fc from 'fast-check'
import { distributions, grids, scalings } from '../../ts/compile/feedbackOptions.js'
import { dataset } from '../../ts/data/examples.js'
import { activations, everywhere, parseNetwork } from '../../ts/network/index.js'
import { allRules, findRule } from '../../ts/rules/index.js'
import { parseAugmentation } from '../../ts/training/augmentation.js'
import { unusedFeedback } from '../../ts/training/feedback.js'
import type { FitOptions } from '../../ts/training/fit.js'
import { losses } from '../../ts/training/losses.js'
import { optimizers, type Optimizer } from '../../ts/training/optimizers.js'
import { schedules } from '../../ts/training/schedules.js'
import { values } from './small.js'

/** Examples of 6 × 5 × 2, so many that no batch but of one divides them. */
const COUNT = 13
const CLASSES = 4

const whole = (min: number, max: number) => fc.integer({ min, max })
const sometimes = <T>(one: fc.Arbitrary<T>) => fc.option(one, { nil: undefined, freq: 3 })
const rarely = <T>(one: fc.Arbitrary<T>) =>
  fc.oneof({ weight: 5, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: one })

/** Words of parts; `pool` where there are places. */
function parts(pool: fc.Arbitrary<string | undefined>) {
  const words = [rarely(fc.constant('norm')), rarely(fc.constant('maxout2')), pool]
  const all = fc.tuple(...words, rarely(fc.constant('dropout0.3')))
  return all.map((some) => some.filter((word) => word !== undefined))
}

/** A block's words; maxout needs an even number of units. */
const block = (map: fc.Arbitrary<string>, pool: fc.Arbitrary<string | undefined>) =>
  fc.tuple(map, whole(3, 20), parts(pool)).map(([head, units, tail]) => {
    const width = tail.includes('maxout2') ? 2 * units : units
    return [`${head}${width}`, ...tail].join('-')
  })

const size = fc.constantFrom('2', '3', '2x3', '3x2')
const convolution = fc
  .tuple(size, fc.constantFrom('', 's2'), fc.constantFrom('', 'p1'))
  .map(([kernel, stride, padding]) => `conv${kernel}${stride}${padding}:`)
const fields = fc
  .tuple(fc.constantFrom('2', '2x3'), fc.constantFrom('2x2', '3x2'))
  .map((two) => `local${two.join(':')}x`)
const pool = rarely(fc.constantFrom('pool2', 'pool2s1', 'average2', 'average2s1'))

const places = block(fc.oneof(convolution, fields), pool)
const dense = block(fc.constant(''), fc.constant(undefined))
const networks = fc.oneof(
  fc
    .array(dense, { minLength: 0, maxLength: 3 })
    .map((hidden) => ['60', ...hidden, CLASSES].join('-')),
  fc
    .tuple(fc.array(places, { minLength: 1, maxLength: 2 }), fc.array(dense, { maxLength: 1 }))
    .map((hidden) => ['6x5x2', ...hidden.flat(), CLASSES].join('-')),
)

/** At rates so low that no rule's loss grows beyond bounds, of what these examples are. */
const steppers = {
  sgd: optimizers.sgd({ learningRate: 0.002 }),
  momentum: optimizers.sgd({ learningRate: 0.0005, momentum: 0.9 }),
  nesterov: optimizers.sgd({ learningRate: 0.0005, momentum: 0.9, nesterov: true }),
  rmsprop: optimizers.rmsprop({ learningRate: 0.001 }),
  adam: optimizers.adam({ learningRate: 0.002, schedule: schedules.cosine() }),
  adamw: optimizers.adamw({ learningRate: 0.002 }),
}

const feedback = fc.oneof(
  { weight: 6, arbitrary: fc.constant({}) },
  {
    weight: 1,
    arbitrary: fc.record({
      feedbackRank: fc.constantFrom(1, 6, 1000),
      feedbackGrid: fc.constantFrom(...grids),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      feedbackDensity: fc.constantFrom(0.05, 0.5, 1),
      feedbackScale: fc.constantFrom(0.5, 1, 2),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      feedbackDistribution: fc.constantFrom(...distributions),
      feedbackScaling: fc.constantFrom(...scalings),
      feedbackScale: fc.constant(0.3),
      feedbackShared: fc.boolean(),
    }),
  },
  { weight: 1, arbitrary: fc.record({ feedbackAngle: fc.constantFrom(0, 30, 90) }) },
)

/** Plain values, which say in a message of failure what run it was. */
export const combinations = fc.record({
  rule: fc.constantFrom(...allRules.map(({ ruleName }) => ruleName)),
  /** Steps from mirroring to mirroring, of rules that have this option. */
  every: whole(1, 4),
  network: networks,
  activation: fc.constantFrom(...activations.map(({ name }) => name)),
  loss: fc.constantFrom('crossEntropy', 'crossEntropy', 'binaryCrossEntropy', 'mse'),
  targets: fc.constantFrom('labels', 'labels', 'labels', 'values'),
  optimizer: fc.constantFrom(...(Object.keys(steppers) as (keyof typeof steppers)[])),
  weightDecay: fc.constantFrom(0, 0.01),
  clipValue: rarely(fc.constant(0.01)),
  clipNorm: rarely(fc.constant(0.5)),
  maxNorm: rarely(fc.constant(0.8)),
  /** Whether blocks have rates of their own. */
  factors: fc.boolean(),
  feedback,
  weightDensity: rarely(fc.constantFrom(0.3, 0.7)),
  augment: sometimes(
    fc
      .subarray(['shift=1.5', 'crop=1', 'rotation=20', 'zoom=0.2', 'shear=10', 'elastic=0.7:1.5'])
      .map((some) => some.join(',')),
  ),
  inputDropout: fc.constantFrom(0, 0, 0.2),
  inputNoise: fc.constantFrom(0, 0, 0.2),
  batch: fc.constantFrom(1, 2, 5, 8, 16),
  validation: fc.constantFrom(0, 0.25),
  precision: rarely(fc.constant('bf16' as const)),
  reduction: fc.constantFrom('mean', 'mean', 'sum'),
  freeze: rarely(fc.constant([{ block: 0, first: 1, last: 1 }])),
  seed: whole(0, 2 ** 31),
  /** Of all steps, the share after which a run that is to be resumed stops. */
  stop: fc.double({ min: 0, max: 1, noNaN: true }),
})

export type Combination = typeof combinations extends fc.Arbitrary<infer T> ? T : never

/** What `fit` takes. Throws `UsageError` where there can be no such run. */
export function optionsOf(one: Combination): FitOptions {
  const { augment, feedback, weightDensity, freeze, precision } = one
  const { batch, validation, reduction, seed } = one
  const maker = findRule(one.rule)
  const rule = maker('every' in maker.options ? { every: one.every } : {})
  const network = everywhere(parseNetwork(one.network, one.activation), one)
  // A draw is not to be lost for what its rule has no use for.
  const unused = unusedFeedback(rule, network, feedback).map(({ name }) => name as string)
  const used = Object.entries(feedback).filter(([name]) => !unused.includes(name))
  return {
    ...{ ...Object.fromEntries(used), batch, validation, reduction, seed },
    network,
    rule,
    loss: losses[one.loss](),
    optimizer: optimizerOf(one),
    data: one.targets === 'labels' ? labelled : valued,
    epochs: 2,
    ...(weightDensity === undefined ? {} : { weightDensity }),
    ...(augment === undefined ? {} : { augment: parseAugmentation(augment) }),
    ...(freeze === undefined ? {} : { freeze }),
    ...(precision === undefined ? {} : { precision }),
  }
}

function optimizerOf({ factors, network, ...one }: Combination): Optimizer {
  const { weightDecay, clipValue, clipNorm, maxNorm } = one
  const { blocks } = parseNetwork(network)
  const learningRateFactors = factors ? blocks.map((_, block) => 1 / (1 + block)) : undefined
  const given = { weightDecay, clipValue, clipNorm, maxNorm, learningRateFactors }
  return { ...steppers[one.optimizer], ...given }
}

const inputs = values(COUNT * 60)
const shape = [6, 5, 2]
const labels = Uint32Array.from({ length: COUNT }, (_, i) => (i * 7) % CLASSES)
const labelled = dataset({ inputs, shape, targets: labels })
const oneHot = Float32Array.from({ length: COUNT * CLASSES }, (_, i) =>
  labels[Math.floor(i / CLASSES)] === i % CLASSES ? 1 : 0,
)
const valued = dataset({ inputs, shape, targets: oneHot })
