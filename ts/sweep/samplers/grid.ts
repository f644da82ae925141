import * as v from 'valibot'
import { UsageError } from '../../errors.js'
import { sampler, type Sampled, type Sampler } from './sampler.js'

/** Every configuration once; values of later parameters change first. */
export const grid = sampler({
  name: 'grid',
  about: 'every configuration once, in order',
  options: v.strictObject({}),
  make: () => gridOf,
})

function gridOf({ space }: Sampled): Sampler {
  const endless = space.parameters.find(({ domain }) => domain.size === undefined)
  if (endless === undefined) return { size: space.gridSize, draw: (number) => space.grid(number) }
  const cure = 'give it a step, or choices, or take another sampler'
  throw new UsageError(
    `parameters.${endless.name}: a grid has no place for all of a range; ${cure}`,
  )
}
