import { UsageError } from '../errors.js'
import { unitsOf, type Block, type Layout, type Network } from './blocks.js'
import { checkWhole } from './checks.js'
import { layoutsOf } from './layouts.js'
import { weightsOf } from './linear/local2d.js'
import { readLong } from './long.js'
import { readShort } from './short.js'

export { activations, type ActivationName } from './activations.js'
export {
  unitsOf,
  type Block,
  type Corruption,
  type Layout,
  type LinearMap,
  type Network,
  type Part,
} from './blocks.js'
export { everywhere, type Everywhere } from './everywhere.js'
export { layoutsOf, type Layouts } from './layouts.js'
export { conv2d } from './linear/conv2d.js'
export { dense } from './linear/dense.js'
export { local2d } from './linear/local2d.js'
export { averagePool } from './parts/averagePool.js'
export { batchNorm } from './parts/batchNorm.js'
export { dropout } from './parts/dropout.js'
export { maxout } from './parts/maxout.js'
export { maxPool } from './parts/maxPool.js'
export { describe } from './short.js'

/**
 * A network of blocks on `inputs`: their count, or their layout [height, width, channels]. Throws
 * `UsageError` that names the path of a block or part that does not fit.
 */
export function network(inputs: number | Layout, ...blocks: Block[]): Network {
  const shape = typeof inputs === 'number' ? [inputs] : inputs
  for (const size of shape) checkWhole(size, 'the count of inputs')
  checkWhole(unitsOf(shape), 'the count of inputs')
  if (blocks.length === 0) throw new UsageError('a network needs at least one block')
  const made = { shape, blocks }
  layoutsOf(made).forEach(({ linear, output }, i) => {
    const units = Math.max(unitsOf(linear), unitsOf(output))
    checkWhole(units, `the width of network.blocks[${i}]`)
  })
  return made
}

/** A network of its short form, as `784-1500-10`, or of its long form, an object. */
export function parseNetwork(form: unknown, activation = 'tanh'): Network {
  const read = typeof form === 'string' ? readShort(form, activation) : readLong(form)
  return network(read.shape, ...read.blocks)
}

/** Inputs of an example. */
export const inputs = (network: Network): number => unitsOf(network.shape)

/** Width of the output. */
export function outputs(network: Network): number {
  return unitsOf(layoutsOf(network).at(-1)?.output ?? network.shape)
}

/** Weights that are there, biases, gains and shifts. */
export function parameterCount(network: Network): number {
  return layoutsOf(network)
    .map(({ weight: [rows, columns], input, linear, parts }, i) => {
      const block = network.blocks[i]
      const map = block?.linear
      const weights = map?.kind === 'local2d' ? weightsOf(map, input) : rows * columns
      const norms = block?.parts.map((part, place) => {
        const channels = (parts[place] ?? linear).at(-1) ?? 0
        return part.kind === 'batchNorm' ? 2 * channels : 0
      })
      return weights + columns + (norms ?? []).reduce((sum, n) => sum + n, 0)
    })
    .reduce((sum, count) => sum + count, 0)
}
