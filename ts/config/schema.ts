import { resolve } from 'node:path'
import { z } from 'zod'
import { grids } from '../compile/feedback.js'
import { findDataSource } from '../data/sets/index.js'
import { byName, didYouMean, FeedalignError } from '../errors.js'
import { activations, parseNetwork } from '../network/index.js'
import { findRule } from '../rules/index.js'
import { defaultBatch, defaultEpochs } from '../training/defaults.js'
import { grouped } from '../report/format.js'
import { findLoss } from '../training/losses.js'
import { parseSchedule } from '../training/schedules.js'

/** What help says of a setting: its value's placeholder, and what it is. */
interface Help {
  readonly value: string
  readonly about: string
}

export const help = z.registry<Help>()

const isNot = (wanted: string) => ({
  error: ({ input }: { input?: unknown }) => `${JSON.stringify(input)} is not ${wanted}`,
})

/** A number for which `holds` is true after rounding to single precision, as the engine has it. */
function single(wanted: string, holds: (value: number) => boolean) {
  const valid = (value: number): boolean => {
    const rounded = Math.fround(value)
    return Number.isFinite(rounded) && holds(rounded)
  }
  return z.number(isNot(wanted)).refine(valid, isNot(wanted))
}

function whole(least: number, most: number) {
  const wanted = isNot(`a whole number from ${grouped(least)} to ${grouped(most)}`)
  return z.int(wanted).min(least, wanted).max(most, wanted)
}

/** A text that `find` takes; what it throws is the message. */
function text(find: (text: string) => unknown) {
  return z.string(isNot('a text')).check(({ value, issues }) => {
    try {
      find(value)
    } catch (error) {
      if (!(error instanceof FeedalignError)) throw error
      issues.push({ code: 'custom', message: error.message, input: value })
    }
  })
}

/** One of some words. */
function oneOf<const T extends string>(known: readonly T[]) {
  return z.enum(known, {
    error: ({ input }) => {
      const found = JSON.stringify(input)
      const hint = typeof input === 'string' ? didYouMean(input, known) : ''
      return `${found} is none of ${known.join(', ')}${hint}`
    },
  })
}

const folder = z.string(isNot('a folder')).min(1, isNot('a folder'))

/**
 * Everything that `train` can be told: the keys of a configuration, in kebab-case its flags, and
 * what help says of them. What has no default is filled in by the rule, by the machine, or not
 * at all.
 */
export const schema = z.strictObject({
  data: text(findDataSource)
    .default('digits')
    .register(help, { value: '<name>', about: 'data set: see `feedalign data list`' }),
  dataDir: folder
    .transform((path) => resolve(path))
    .optional()
    .register(help, { value: '<folder>', about: "the set's folder, or its parent" }),
  network: text(parseNetwork)
    .default('784-1500-1500-1500-10')
    .register(help, { value: '<widths>', about: 'inputs, hidden widths, outputs' }),
  activation: text((name) => byName('activation', name, activations))
    .default('tanh')
    .register(help, {
      value: '<name>',
      about: `of the hidden blocks: ${activations.map(({ name }) => name).join(', ')}`,
    }),
  loss: text(findLoss)
    .default('cross-entropy')
    .register(help, { value: '<name>', about: 'cross-entropy, binary-cross-entropy or mse' }),
  rule: text(findRule)
    .default('fa')
    .register(help, { value: '<name>', about: 'learning rule: see `feedalign rules`' }),
  optimizer: oneOf(['sgd']).default('sgd').register(help, { value: '<name>', about: 'sgd' }),
  learningRate: single('a number above 0', (rate) => rate > 0)
    .optional()
    .register(help, { value: '<η>', about: "the rule's own unless told" }),
  momentum: single('a number from 0 to below 1', (momentum) => momentum >= 0 && momentum < 1)
    .default(0)
    .register(help, { value: '<μ>', about: '0 to below 1' }),
  weightDecay: single('a number of at least 0', (decay) => decay >= 0)
    .default(0)
    .register(help, { value: '<λ>', about: 'of weights, not of biases' }),
  schedule: text(parseSchedule)
    .default('cosine')
    .register(help, {
      value: '<s>',
      about:
        'constant, cosine, step:EVERY:FACTOR, exponential:FACTOR, warmup:EPOCHS:SCHEDULE; ' +
        'of the learning rate',
    }),
  epochs: whole(1, 1e9)
    .default(defaultEpochs)
    .register(help, { value: '<n>', about: 'passes over the data' }),
  batch: whole(1, 65_536)
    .default(defaultBatch)
    .register(help, { value: '<n>', about: 'examples per step' }),
  seed: whole(0, Number.MAX_SAFE_INTEGER)
    .default(1)
    .register(help, { value: '<n>', about: 'key of all randomness' }),
  threads: whole(1, 1024)
    .optional()
    .register(help, { value: '<n>', about: 'cores available unless told' }),
  precision: oneOf(['f32', 'bf16']).default('f32').register(help, {
    value: '<p>',
    about: 'of the products: f32 or bf16; sums, weights stay f32',
  }),
  engine: oneOf(['native', 'wasm'])
    .optional()
    .register(help, { value: '<kind>', about: 'native or wasm; native where there is one' }),
  validation: single('a fraction from 0 to below 1', (part) => part >= 0 && part < 1)
    .default(0)
    .register(help, { value: '<fraction>', about: 'of the training data, set aside' }),
  weightScale: single('a number from 0 to 1e6', (scale) => scale >= 0 && scale <= 1e6)
    .default(1)
    .register(help, { value: '<factor>', about: 'reach of the initial hidden weights' }),
  feedbackScale: single('a number above 0, at most 1e6', (scale) => scale > 0 && scale <= 1e6)
    .default(1)
    .register(help, { value: '<factor>', about: 'reach of the feedback matrices' }),
  feedbackRank: whole(1, 1e6)
    .optional()
    .register(help, { value: '<n>', about: 'of the fixed feedback matrices; full unless told' }),
  feedbackDensity: single('a fraction above 0, at most 1', (part) => part > 0 && part <= 1)
    .default(1)
    .register(help, { value: '<d>', about: 'share of the neurons above that a neuron hears' }),
  feedbackGrid: oneOf(grids)
    .default('f32')
    .register(help, { value: '<grid>', about: 'of feedback: f32, bf16, int8 or sign' }),
  inputScaling: oneOf(['standardise', 'unit'])
    .default('standardise')
    .register(help, { value: '<kind>', about: 'standardise or unit' }),
  reduction: oneOf(['mean', 'sum'])
    .default('mean')
    .register(help, { value: '<kind>', about: 'mean or sum over the batch' }),
  out: folder
    .optional()
    .register(help, { value: '<folder>', about: 'run folder; runs/TIME-RULE unless told' }),
})

export type Settings = z.output<typeof schema>
export type Key = keyof Settings

/** The keys, in the order of help. */
export const keys = Object.keys(schema.shape) as Key[]
