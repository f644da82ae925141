import { UsageError } from '../errors.js'
import type { Outcome, Sampler } from './samplers/sampler.js'
import { findPruner } from './pruners/index.js'
import { aggregates } from './ranking.js'
import { findSampler } from './samplers/index.js'
import { Space } from './space.js'
import type { Spec } from './spec.js'
import type { StudyOptions } from './study.js'
import { epochsOf } from './trial.js'

/** What a spec has a study decide by. Throws `UsageError` that names the path. */
export function studyOptions(spec: Spec): StudyOptions {
  const sampler = findSampler(spec.sampler, { space: new Space(spec.parameters), seed: spec.seed })
  const aggregate = aggregates[spec.rank]
  const sign = signOf(spec)
  return {
    sampler,
    pruner: findPruner(spec.pruner),
    configurations: configurationsOf(spec, sampler),
    repeats: spec.repeats,
    epochs: epochsOf(spec),
    delay: spec.delay,
    aggregate: (values) => aggregate(values.map((value) => sign * value)),
  }
}

function configurationsOf({ trials, sampler }: Spec, { size }: Sampler): number {
  if (trials === undefined && size === undefined) {
    const name = typeof sampler === 'string' ? sampler : sampler.name
    throw new UsageError(
      `trials: is missing, and ${name} draws as many configurations as it is told; ` +
        'give a number, as "trials": 20',
    )
  }
  return Math.min(trials ?? Infinity, size ?? Infinity)
}

/** An outcome's value as the metric is, not turned for its direction. */
export function metricOf(spec: Spec, { value }: Outcome): number {
  return signOf(spec) * value
}

const signOf = ({ direction }: Spec): number => (direction === 'maximise' ? -1 : 1)
