import type { Unused } from '../compile/feedbackUses.js'
import { chosen, parseDataOptions } from '../data/options.js'
import { findDataSource, type Loaded } from '../data/sets/index.js'
import { everywhere, parseNetwork, type Network } from '../network/index.js'
import { UsageError } from '../errors.js'
import { findRule, parseRuleOptions, type Rule } from '../rules/index.js'
import { unusedFeedback } from '../training/feedback.js'
import type { FitOptions } from '../training/fit.js'
import { parseAugmentation } from '../training/augmentation.js'
import { findLoss } from '../training/losses.js'
import { parseFreeze } from '../training/freezing.js'
import { check, type Given } from './given.js'
import {
  checkOptimizer,
  optimizerOf,
  optimizerSettings,
  type OptimizerSettings,
} from './optimizer.js'
import { matricesOf } from './matrices.js'
import type { Settings } from './schema.js'

export { fromFile, fromFlags, fromSets, kebab, type Given } from './given.js'
export { help, keys, type Key } from './schema.js'

/** What a run is told, with nothing left open: it repeats the run wherever it is read. */
export type Config = Settings & OptimizerSettings & { weightScale: number }

/** Checks what was given and fills in the rest; throws `UsageError`. */
export function resolveConfig(given: Given): Config {
  const settings = check(given)
  const rule = ruleOf(settings, given)
  checkDataOptions(settings, given)
  // Options that the rule has no use for are to be known at once.
  const [unused] = unusedFeedback(rule, networkOf(settings), settings)
  if (unused !== undefined) {
    const { name, reason } = unused
    throw new UsageError(`${given.get(name)?.where ?? name}: ${reason}; leave it out`)
  }
  checkOptimizer(settings, given)
  const { weightScale = rule.defaults.weightScale } = settings
  return { ...settings, weightScale, ...optimizerSettings(settings) }
}

/** The options of feedback given that the rule has no use for, and why. */
export function unusedOf(given: Given): Unused[] {
  const settings = check(given)
  return unusedFeedback(ruleOf(settings, given), networkOf(settings), settings)
}

/** The network with what all its hidden blocks get. */
export function networkOf(settings: Settings): Network {
  return everywhere(parseNetwork(settings.network, settings.activation), settings)
}

/** The rule with its options; `given` is to say where these stand, should they not fit. */
function ruleOf({ rule, ruleOptions }: Settings, given?: Given): Rule {
  try {
    return findRule(rule)(parseRuleOptions(ruleOptions))
  } catch (error) {
    throw at(given, 'ruleOptions', error)
  }
}

/** Throws `UsageError` where the data has no such option. */
function checkDataOptions({ data, dataOptions }: Settings, given: Given): void {
  try {
    chosen(data, findDataSource(data).options, parseDataOptions(dataOptions))
  } catch (error) {
    throw at(given, 'dataOptions', error)
  }
}

/** An error of the user's, with where the setting stands that it is about. */
function at(given: Given | undefined, key: string, error: unknown): unknown {
  const where = given?.get(key)?.where
  if (!(error instanceof UsageError) || where === undefined) return error
  return new UsageError(`${where}: ${error.message}`)
}

/** The data that a configuration names. */
export function loadData({ data, dataDir, dataOptions }: Settings): Promise<Loaded> {
  return findDataSource(data).load({ dataDir, options: parseDataOptions(dataOptions) })
}

/** What `fit` takes, for a configuration and its data. */
export function fitOptions(config: Config, loaded: Loaded): FitOptions {
  const { threads, engine, augment, freeze, patience } = config
  return {
    rule: ruleOf(config),
    network: networkOf(config),
    loss: findLoss(config.loss),
    optimizer: optimizerOf(config),
    data: loaded.train,
    test: loaded.test,
    epochs: config.epochs,
    batch: config.batch,
    seed: config.seed,
    validation: config.validation,
    ...matricesOf(config),
    inputScaling: config.inputScaling,
    reduction: config.reduction,
    precision: config.precision,
    ...(threads === undefined ? {} : { threads }),
    ...(augment === undefined ? {} : { augment: parseAugmentation(augment) }),
    ...(freeze === undefined ? {} : { freeze: parseFreeze(freeze) }),
    ...(patience === undefined ? {} : { patience }),
    ...(engine === undefined ? {} : { engine }),
  }
}
