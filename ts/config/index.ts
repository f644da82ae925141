import { findDataSource, type Loaded } from '../data/sets/index.js'
import { parseNetwork } from '../network/index.js'
import { findRule } from '../rules/index.js'
import { defaultLearningRate } from '../training/defaults.js'
import type { FitOptions } from '../training/fit.js'
import { findLoss } from '../training/losses.js'
import { optimizers } from '../training/optimizers.js'
import { parseSchedule } from '../training/schedules.js'
import { check, type Given } from './given.js'
import type { Settings } from './schema.js'

export { fromFile, fromFlags, fromSets, kebab, type Given } from './given.js'
export { help, keys, type Key } from './schema.js'

/** What a run is told, with nothing left to the rule: it repeats the run wherever it is read. */
export interface Config extends Settings {
  readonly learningRate: number
}

/** Checks what was given and fills in the rest; throws `UsageError`. */
export function resolveConfig(given: Given): Config {
  const settings = check(given)
  const learningRate = settings.learningRate ?? defaultLearningRate(findRule(settings.rule))
  return { ...settings, learningRate }
}

/** The data that a configuration names. */
export function loadData({ data, dataDir }: Settings): Promise<Loaded> {
  return findDataSource(data).load(dataDir)
}

/** What `fit` takes, for a configuration and its data. */
export function fitOptions(config: Config, loaded: Loaded): FitOptions {
  const { learningRate, momentum, weightDecay, feedbackRank, threads, engine } = config
  const schedule = parseSchedule(config.schedule)
  return {
    rule: findRule(config.rule),
    network: parseNetwork(config.network, config.activation),
    loss: findLoss(config.loss),
    optimizer: optimizers.sgd({ learningRate, momentum, weightDecay, schedule }),
    data: loaded.train,
    test: loaded.test,
    epochs: config.epochs,
    batch: config.batch,
    seed: config.seed,
    validation: config.validation,
    weightScale: config.weightScale,
    feedbackScale: config.feedbackScale,
    feedbackDensity: config.feedbackDensity,
    feedbackGrid: config.feedbackGrid,
    inputScaling: config.inputScaling,
    reduction: config.reduction,
    precision: config.precision,
    ...(feedbackRank === undefined ? {} : { feedbackRank }),
    ...(threads === undefined ? {} : { threads }),
    ...(engine === undefined ? {} : { engine }),
  }
}
