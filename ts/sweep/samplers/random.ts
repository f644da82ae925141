import * as v from 'valibot'
import type { Parameters } from '../job.js'
import { uniform } from '../uniform.js'
import { sampler, type Sampled } from './sampler.js'

/** Draws, each on its own: a configuration is the same whatever came before. */
export const random = sampler({
  name: 'random',
  about: 'each configuration drawn on its own',
  options: v.strictObject({}),
  make: () => (sampled) => ({
    size: undefined,
    draw: (configuration) => drawAtRandom(sampled, configuration),
  }),
})

/** By the seed, the configuration's number, and each parameter's name. */
export function drawAtRandom({ space, seed }: Sampled, configuration: number): Parameters {
  return space.choose(({ name, domain }) => domain.at(uniform([seed, configuration, name])))
}
