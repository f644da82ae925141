import { compile } from '../compile/index.js'
import { inputScale } from '../data/scaling.js'
import { split } from '../data/split.js'
import type { Program } from '../engine/program.js'
import { distortion } from './distortion.js'
import { checkAlike, checkFits, factor, share, whole } from './checks.js'
import { defaultBatch } from './defaults.js'
import { checkedFeedback, checkUse } from './feedback.js'
import { checkFreeze } from './freezing.js'
import { whileHeld } from './held.js'
import { losses } from './losses.js'
import { optimizers, type Optimizer } from './optimizers.js'
import type { FitOptions } from './run.js'
import { schedules } from './schedules.js'

/** What of a run is settled before its program is made. */
export interface Settled {
  readonly optimizer: Optimizer
  readonly batch: number
  readonly seed: number
  /** Of the examples of `data`; inputs are scaled by what those trained on are like. */
  readonly indices: { readonly train: Uint32Array; readonly validation: Uint32Array }
  /** See `CompileOptions`. */
  readonly largestInverse?: number
}

/** What a run's options come to before its program. Throws `UsageError` on bad ones. */
export function settle(options: FitOptions): Settled {
  const { network, rule, data, test, validation = 0 } = options
  const batch = whole('batch', options.batch ?? defaultBatch, 1, 65_536)
  const seed = whole('seed', options.seed ?? 1, 0, Number.MAX_SAFE_INTEGER)
  checkFreeze(options.freeze ?? [], network.blocks.length)
  checkFits(network, 'data', data)
  if (test !== undefined) {
    checkFits(network, 'test data', test)
    checkAlike(data, test)
  }
  const { learningRate, weightDecay } = rule.defaults
  const optimizer =
    options.optimizer ?? optimizers.sgd({ learningRate, weightDecay, schedule: schedules.cosine() })
  const indices = whileHeld(data, splitName(validation, seed), () => split(data, validation, seed))
  return { optimizer, batch, seed, indices }
}

const splitName = (validation: number, seed: number): string => `split ${validation} ${seed}`

/** Throws `UsageError` where no program can be made of the options of a run. */
export function checkProgram(options: FitOptions): void {
  programOf(options, settle(options))
}

/** The program of a run. Throws `UsageError` on options that it cannot be made with. */
export function programOf(options: FitOptions, settled: Settled): Program {
  const { optimizer, batch, indices, largestInverse } = settled
  const { network, rule, data, loss = losses.crossEntropy(), precision, freeze } = options
  const { reduction = 'mean', inputScaling = 'standardise' } = options
  const { weightScale = rule.defaults.weightScale, weightDensity = 1 } = options
  const { augment = {} } = options
  const feedback = checkedFeedback(options)
  checkUse(rule, network, feedback)
  const trainedOn = `${inputScaling} ${splitName(options.validation ?? 0, settled.seed)}`
  const scale = whileHeld(data, trainedOn, () => inputScale(data, inputScaling, indices.train))
  return compile({
    network,
    rule,
    loss,
    optimizer,
    held: freeze?.map(({ block }) => block),
    batch,
    reduction,
    precision,
    labels: data.targets.kind === 'labels',
    weightScale: factor('weightScale', weightScale),
    weightDensity: share('weightDensity', weightDensity),
    ...feedback,
    ...(largestInverse === undefined ? {} : { largestInverse }),
    ...scale,
    augment: distortion(augment, data, network),
  })
}
