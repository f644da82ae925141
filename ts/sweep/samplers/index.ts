import { choose, type Choice } from '../choice.js'
import * as registry from './registry.js'
import type { Sampled, Sampler } from './sampler.js'

export const samplers = Object.values(registry)

/** Throws `UsageError` that names the path, such as `sampler.startup`, or the parameter. */
export function findSampler(choice: Choice, sampled: Sampled): Sampler {
  return choose('sampler', choice, samplers)(sampled)
}
