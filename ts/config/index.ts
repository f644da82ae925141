import { findDataSource, type Loaded } from '../data/sets/index.js'
import { parseNetwork } from '../network/index.js'
import { UsageError } from '../errors.js'
import { findRule, parseRuleOptions, type Rule } from '../rules/index.js'
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
  const learningRate = settings.learningRate ?? defaultLearningRate(ruleOf(settings, given))
  return { ...settings, learningRate }
}

/** The rule with its options; `given` is to say where these stand, should they not fit. */
function ruleOf({ rule, ruleOptions }: Settings, given?: Given): Rule {
  try {
    return findRule(rule)(parseRuleOptions(ruleOptions))
  } catch (error) {
    const where = given?.get('ruleOptions')?.where
    if (!(error instanceof UsageError) || where === undefined) throw error
    throw new UsageError(`${where}: ${error.message}`)
  }
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
    rule: ruleOf(config),
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
