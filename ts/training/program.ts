import { compile } from '../compile/index.js'
import { inputScale } from '../data/scaling.js'
import type { Program } from '../engine/program.js'
import { distortion } from './distortion.js'
import { factor, share } from './checks.js'
import { defaultsOf } from './defaults.js'
import { checkedFeedback, checkUse } from './feedback.js'
import { losses } from './losses.js'
import type { Optimizer } from './optimizers.js'
import type { FitOptions } from './run.js'

/** What of a run is settled before its program is made. */
export interface Settled {
  readonly optimizer: Optimizer
  readonly batch: number
  /** Indices of the examples trained on: inputs are scaled by what these are like. */
  readonly trainedOn: Uint32Array
  /** See `CompileOptions`. */
  readonly largestInverse?: number
}

/** The program of a run. Throws `UsageError` on options that it cannot be made with. */
export function programOf(options: FitOptions, settled: Settled): Program {
  const { optimizer, batch, trainedOn, largestInverse } = settled
  const { network, rule, data, loss = losses.crossEntropy(), precision, freeze } = options
  const { reduction = 'mean', inputScaling = 'standardise' } = options
  const { weightScale = defaultsOf(rule).weightScale, weightDensity = 1 } = options
  const { augment = {} } = options
  const feedback = checkedFeedback(options)
  checkUse(rule, network, feedback)
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
    ...inputScale(data, inputScaling, trainedOn),
    augment: distortion(augment, data, network),
  })
}
