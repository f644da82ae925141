import type { Command } from 'commander'
import { findDataSource, type Loaded } from '../data/sets/index.js'
import { UsageError } from '../errors.js'
import { parseNetwork } from '../network/index.js'
import { findRule } from '../rules/index.js'
import { defaultBatch, defaultEpochs, defaultLearningRate } from '../training/defaults.js'
import type { FitOptions } from '../training/fit.js'
import { findLoss } from '../training/losses.js'
import { optimizers } from '../training/optimizers.js'
import { parseSchedule } from '../training/schedules.js'

/** The flags of `train` and `compare` that say what is trained, as commander gives them. */
export interface TrainingFlags {
  readonly data: string
  readonly dataDir?: string
  readonly network: string
  readonly activation: string
  readonly loss: string
  readonly learningRate?: string
  readonly momentum: string
  readonly weightDecay: string
  readonly schedule: string
  readonly epochs: string
  readonly batch: string
  readonly seed: string
  readonly validation: string
  readonly weightScale: string
  readonly feedbackScale: string
  readonly inputScaling: string
  readonly reduction: string
  readonly threads?: string
  readonly engine?: string
  readonly json?: boolean
  readonly quiet?: boolean
}

/** Adds those flags to a command. */
export function addTrainingFlags(command: Command): Command {
  return command
    .option('--data <name>', 'data set: see `feedalign data list`', 'digits')
    .option('--data-dir <folder>', "the set's folder, or its parent")
    .option('--network <widths>', 'inputs, hidden widths, outputs', '784-1500-1500-1500-10')
    .option('--activation <name>', 'of the hidden blocks', 'tanh')
    .option('--loss <name>', 'cross-entropy, binary-cross-entropy or mse', 'cross-entropy')
    .option('--learning-rate <η>', "the rule's own unless told")
    .option('--momentum <μ>', '0 to below 1', '0')
    .option('--weight-decay <λ>', 'of weights, not of biases', '0')
    .option(
      '--schedule <s>',
      'constant, cosine, step:EVERY:FACTOR, exponential:FACTOR, warmup:EPOCHS:SCHEDULE',
      'cosine',
    )
    .option('--epochs <n>', 'passes over the data', String(defaultEpochs))
    .option('--batch <n>', 'examples per step', String(defaultBatch))
    .option('--seed <n>', 'key of all randomness', '1')
    .option('--validation <fraction>', 'of the training data, set aside', '0')
    .option('--weight-scale <factor>', 'reach of the initial hidden weights', '1')
    .option('--feedback-scale <factor>', 'reach of the feedback matrices', '1')
    .option('--input-scaling <kind>', 'standardise or unit', 'standardise')
    .option('--reduction <kind>', 'mean or sum over the batch', 'mean')
    .option('--threads <n>', 'cores available unless told')
    .option('--engine <kind>', 'native or wasm')
    .option('--json', 'one JSON object per line on standard output')
    .option('--quiet', 'no progress')
}

/** The data that the flags name. */
export function loadData(flags: TrainingFlags): Promise<Loaded> {
  return findDataSource(flags.data).load(flags.dataDir)
}

/** What `fit` takes, from flags; throws `UsageError` naming the flag and the bad value. */
export function fitOptions(flags: TrainingFlags, ruleName: string, loaded: Loaded): FitOptions {
  const rule = findRule(ruleName)
  const optimizer = optimizers.sgd({
    learningRate: flag('--learning-rate', flags.learningRate ?? String(defaultLearningRate(rule))),
    momentum: flag('--momentum', flags.momentum),
    weightDecay: flag('--weight-decay', flags.weightDecay),
    schedule: parseSchedule(flags.schedule),
  })
  return {
    rule,
    optimizer,
    network: parseNetwork(flags.network, flags.activation),
    loss: findLoss(flags.loss),
    data: loaded.train,
    test: loaded.test,
    epochs: flag('--epochs', flags.epochs),
    batch: flag('--batch', flags.batch),
    seed: flag('--seed', flags.seed),
    validation: flag('--validation', flags.validation),
    weightScale: flag('--weight-scale', flags.weightScale),
    feedbackScale: flag('--feedback-scale', flags.feedbackScale),
    inputScaling: oneOf('--input-scaling', flags.inputScaling, ['standardise', 'unit']),
    reduction: oneOf('--reduction', flags.reduction, ['mean', 'sum']),
    ...(flags.threads === undefined ? {} : { threads: flag('--threads', flags.threads) }),
    ...(flags.engine === undefined
      ? {}
      : { engine: oneOf('--engine', flags.engine, ['native', 'wasm']) }),
  }
}

function flag(name: string, text: string): number {
  const value = Number(text)
  if (text.trim() !== '' && Number.isFinite(value)) return value
  throw new UsageError(`${name} ${JSON.stringify(text)} is not a number`)
}

function oneOf<const T extends string>(name: string, text: string, known: readonly T[]): T {
  const found = known.find((one) => one === text)
  if (found !== undefined) return found
  throw new UsageError(`${name} ${JSON.stringify(text)} is none of ${known.join(', ')}`)
}
