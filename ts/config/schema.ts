import { resolve } from 'node:path'
import * as v from 'valibot'
import { parseDataOptions } from '../data/options.js'
import { findDataSource, fullName } from '../data/sets/index.js'
import { engineNames } from '../engine/binding.js'
import { byName } from '../errors.js'
import { activations, parseNetwork } from '../network/index.js'
import { findRule, parseRuleOptions } from '../rules/index.js'
import { defaultBatch, defaultEpochs } from '../training/defaults.js'
import { parseAugmentation } from '../training/augmentation.js'
import { parseFreeze } from '../training/freezing.js'
import { findLoss } from '../training/losses.js'
import { parseFactors } from '../training/optimizers.js'
import { parseSchedule } from '../training/schedules.js'
import { matrices } from './matrices.js'
import { foundBy, isNot, oneOf, single, text, told, whole } from '../values.js'

/** A network in its short form, a text, or in its long form, an object. */
const networkForm = v.pipe(
  v.union(
    [v.string(), v.record(v.string(), v.unknown())],
    isNot('a network: a text like 784-10, or an object'),
  ),
  foundBy<string | Record<string, unknown>>(parseNetwork),
)

const belowOne = single('a number from 0 to below 1', (share) => share >= 0 && share < 1)

const folder = v.pipe(v.string(isNot('a folder')), v.nonEmpty(isNot('a folder')))

/**
 * Everything that `train` can be told: the keys of a configuration, in kebab-case its flags, and
 * what help says of them. What has no default is filled in by the rule, by the machine, or not
 * at all.
 */
export const schema = v.strictObject({
  data: told(
    v.optional(v.pipe(text(findDataSource), v.transform(fullName)), 'digits'),
    '<name|path>',
    'data set: see `feedalign data list`; or your own, in a .npz, a .csv or a folder',
  ),
  dataDir: told(
    v.optional(
      v.pipe(
        folder,
        v.transform((path) => resolve(path)),
      ),
    ),
    '<folder>',
    "the set's folder, or its parent",
  ),
  dataOptions: told(
    v.optional(text(parseDataOptions), ''),
    '<name=value,…>',
    'of the data set: see `feedalign data info NAME`',
  ),
  network: told(
    v.optional(networkForm, '784-1500-1500-1500-10'),
    '<form>',
    'inputs, hidden blocks, output; like 784-1500-10 or 28x28-conv5x5:32-pool2-500-10',
  ),
  activation: told(
    v.optional(
      text((name) => byName('activation', name, activations)),
      'tanh',
    ),
    '<name>',
    `of the hidden blocks: ${activations.map(({ name }) => name).join(', ')}`,
  ),
  dropout: told(v.optional(belowOne, 0), '<rate>', 'of hidden blocks: share of units dropped'),
  inputDropout: told(v.optional(belowOne, 0), '<rate>', 'of inputs: share dropped in training'),
  inputNoise: told(
    v.optional(
      single('a number of at least 0', (noise) => noise >= 0),
      0,
    ),
    '<σ>',
    'deviation of noise on scaled inputs',
  ),
  augment: told(
    v.optional(text(parseAugmentation)),
    '<name=value,…>',
    'of training images, at most: shift=PIXELS, crop=PIXELS, rotation=DEGREES, zoom=SHARE, ' +
      'shear=DEGREES, elastic=PIXELS:SMOOTHNESS; as shift=2,rotation=10,elastic=1:4',
  ),
  batchNorm: told(
    v.optional(v.boolean(isNot('true or false'))),
    '',
    'hidden blocks normalise over the batch',
  ),
  loss: told(
    v.optional(text(findLoss), 'cross-entropy'),
    '<name>',
    'cross-entropy, binary-cross-entropy or mse',
  ),
  rule: told(v.optional(text(findRule), 'fa'), '<name>', 'learning rule: see `feedalign rules`'),
  ruleOptions: told(
    v.optional(text(parseRuleOptions), ''),
    '<name=value,…>',
    'of the rule: see `feedalign rules NAME`',
  ),
  optimizer: told(
    v.optional(oneOf(['sgd', 'rmsprop', 'adam', 'adamw']), 'sgd'),
    '<name>',
    'sgd, rmsprop, adam or adamw',
  ),
  learningRate: told(
    v.optional(single('a number above 0', (rate) => rate > 0)),
    '<η>',
    "with sgd the rule's own, else 0.001, unless told",
  ),
  momentum: told(v.optional(belowOne), '<μ>', 'of sgd, 0 to below 1 (default 0)'),
  nesterov: told(v.optional(v.boolean(isNot('true or false'))), '', "of sgd: Nesterov's momentum"),
  beta1: told(v.optional(belowOne), '<β>', 'of adam and adamw: mean of g (default 0.9)'),
  beta2: told(v.optional(belowOne), '<β>', 'mean of g² (default 0.999, of rmsprop 0.99)'),
  epsilon: told(
    v.optional(single('a number above 0', (epsilon) => epsilon > 0)),
    '<ε>',
    'of rmsprop, adam and adamw (default 1e-8)',
  ),
  weightDecay: told(
    v.optional(single('a number of at least 0', (decay) => decay >= 0)),
    '<λ>',
    "of weights, not of biases; with sgd the rule's own, of adamw 0.01, else 0",
  ),
  clipValue: told(
    v.optional(single('a number above 0', (most) => most > 0)),
    '<g>',
    'elements of the gradient are cut to ± this',
  ),
  clipNorm: told(
    v.optional(single('a number above 0', (most) => most > 0)),
    '<norm>',
    'of all gradients together, at most',
  ),
  maxNorm: told(
    v.optional(single('a number above 0', (most) => most > 0)),
    '<norm>',
    'of the weights into a unit, at most',
  ),
  learningRateFactors: told(
    v.optional(text(parseFactors)),
    '<factors>',
    'of the learning rate: one a block, as 1,0.5,0.1',
  ),
  freeze: told(
    v.optional(text(parseFreeze)),
    '<blocks>',
    'blocks held: BLOCK:FIRST-LAST in epochs from 1, as 0:1-5,1:6-; all epochs unless told',
  ),
  schedule: told(
    v.optional(text(parseSchedule), 'cosine'),
    '<s>',
    'constant, cosine, step:EVERY:FACTOR, exponential:FACTOR, warmup:EPOCHS:SCHEDULE; ' +
      'of the learning rate',
  ),
  epochs: told(v.optional(whole(1, 1e9), defaultEpochs), '<n>', 'passes over the data'),
  batch: told(v.optional(whole(1, 65_536), defaultBatch), '<n>', 'examples per step'),
  seed: told(v.optional(whole(0, Number.MAX_SAFE_INTEGER), 1), '<n>', 'key of all randomness'),
  threads: told(v.optional(whole(1, 1024)), '<n>', 'cores available unless told'),
  precision: told(
    v.optional(oneOf(['f32', 'bf16']), 'f32'),
    '<p>',
    'of the products: f32 or bf16; sums, weights stay f32',
  ),
  engine: told(
    v.optional(oneOf(engineNames)),
    '<kind>',
    `${engineNames.join(', ')}; native where there is one`,
  ),
  validation: told(
    v.optional(
      single('a fraction from 0 to below 1', (part) => part >= 0 && part < 1),
      0,
    ),
    '<fraction>',
    'of the training data, set aside',
  ),
  patience: told(
    v.optional(whole(1, 1e9)),
    '<epochs>',
    'stops after so many without a better validation error',
  ),
  ...matrices,
  inputScaling: told(
    v.optional(oneOf(['standardise', 'unit']), 'standardise'),
    '<kind>',
    'standardise or unit',
  ),
  reduction: told(
    v.optional(oneOf(['mean', 'sum']), 'mean'),
    '<kind>',
    'mean or sum over the batch',
  ),
  out: told(v.optional(folder), '<folder>', 'run folder; runs/TIME-RULE unless told'),
})

export type Settings = v.InferOutput<typeof schema>
export type Key = keyof Settings

/** The keys, in the order of help. */
export const keys = Object.keys(schema.entries) as Key[]

/** A setting for help: its placeholder, what it is, what it is unless told. */
export function help(key: Key) {
  const setting = schema.entries[key]
  const unless: string | number | undefined = v.getDefault(setting)
  return { ...setting.pipe[1].metadata, unless }
}
