import { join } from 'node:path'
import { resolveConfig, type Config, type Given } from '../config/index.js'
import { defaultEpochs } from '../training/defaults.js'
import type { Job } from './job.js'
import type { Spec } from './spec.js'
import type { TrialJob } from './workers/executor.js'

type Draw = Pick<Job, 'parameters' | 'repeat'>

/** The seed of a repeat: the same in all configurations, so that they meet the same luck. */
export function seedOf(spec: Spec, { parameters, repeat }: Draw): number {
  const { seed = spec.train.seed ?? 1 } = parameters
  return Number(seed) + repeat
}

/**
 * What a trial is told, with nothing left open. Throws `UsageError` that begins with the path in
 * the spec, as `parameters.momentum`.
 */
export function configOf(spec: Spec, job: Draw): Config {
  // A trial a thread: the sweep has the cores at work.
  const usual = new Map([['threads', { value: 1, where: 'threads' }]])
  const seed = { value: seedOf(spec, job), where: 'train.seed' }
  const fixed = given('train', spec.train)
  return resolveConfig(
    new Map([...usual, ...fixed, ['seed', seed], ...given('parameters', job.parameters)]),
  )
}

/** What a worker is given of a job; the trial's folder is in the sweep's. */
export function trialJob(spec: Spec, job: Job, folder: string): TrialJob {
  const config = configOf(spec, job)
  // Where epochs are a parameter, a study counts in the longest training.
  const to = Math.min(job.to, config.epochs)
  const { trial, from } = job
  const last = to === config.epochs
  return { trial, from, to, last, config, metric: spec.metric, folder: trialFolder(folder, trial) }
}

/** Where the checkpoints of a sweep's trials are, while these are not done. */
export const trialsFolder = (folder: string): string => join(folder, 'trials')

const trialFolder = (folder: string, trial: number): string =>
  join(trialsFolder(folder), String(trial))

/** Of a whole training; of the longest, where epochs are a parameter. */
export function epochsOf(spec: Spec): number {
  const { epochs } = spec.parameters
  if (epochs === undefined) return Number(spec.train.epochs ?? defaultEpochs)
  return 'choices' in epochs ? Math.max(...epochs.choices.map(Number)) : epochs.max
}

/** Values of settings with where they stand in the spec. */
function given(where: string, values: object): Given {
  const entries = Object.entries(values) as [string, unknown][]
  return new Map(entries.map(([key, value]) => [key, { value, where: `${where}.${key}` }]))
}
