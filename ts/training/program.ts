import { grids } from '../compile/feedback.js'
import { compile } from '../compile/index.js'
import { inputScale } from '../data/scaling.js'
import type { Program } from '../engine/program.js'
import { distortion } from './distortion.js'
import { among, factor, share, whole } from './checks.js'
import { defaultsOf } from './defaults.js'
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
  const { feedbackScale = 1, feedbackRank } = options
  const { feedbackDensity = 1, feedbackGrid = 'f32', augment = {} } = options
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
    feedbackScale: factor('feedbackScale', feedbackScale),
    feedbackRank:
      feedbackRank === undefined ? undefined : whole('feedbackRank', feedbackRank, 1, 1e6),
    feedbackDensity: share('feedbackDensity', feedbackDensity),
    feedbackGrid: among('feedbackGrid', feedbackGrid, grids),
    ...(largestInverse === undefined ? {} : { largestInverse }),
    ...inputScale(data, inputScaling, trainedOn),
    augment: distortion(augment, data, network),
  })
}
