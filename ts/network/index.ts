import { byName, UsageError } from '../errors.js'
import { activations, type ActivationName } from './activations.js'
import { unitsOf, type Block, type Layout, type Network } from './blocks.js'
import { layoutsOf } from './layouts.js'

export { activations, type ActivationName } from './activations.js'
export {
  unitsOf,
  type Block,
  type Layout,
  type LinearMap,
  type Network,
  type Part,
} from './blocks.js'
export { layoutsOf, type Layouts } from './layouts.js'

const MAX_WIDTH = 1_000_000

/** A fully connected block; `activation` by name, identity unless told. */
export function dense(width: number, activation: ActivationName = 'identity'): Block {
  checkWidth(width, 'the width of a dense block')
  const found = byName('activation', activation, activations)
  const linear = { kind: 'dense', width } as const
  if (found.name === 'identity') return { linear, parts: [] }
  return { linear, parts: [{ kind: 'activation', activation: found.activation }] }
}

/** A network of blocks on `inputs`: their count, or their layout [height, width, channels]. */
export function network(inputs: number | Layout, ...blocks: Block[]): Network {
  const shape = typeof inputs === 'number' ? [inputs] : inputs
  checkWidth(unitsOf(shape), 'the count of inputs')
  if (blocks.length === 0) throw new UsageError('a network needs at least one block')
  return { shape, blocks }
}

/** `784-1500-10`: inputs, hidden blocks with `activation`, and a linear output block. */
export function parseNetwork(text: string, activation = 'tanh'): Network {
  const widths = text.split('-').map((part) => {
    if (!/^\d+$/.test(part)) {
      const found = JSON.stringify(part)
      throw new UsageError(
        `network ${JSON.stringify(text)}: ${found} is not a width; like 784-1500-10`,
      )
    }
    return Number(part)
  })
  const [inputs, ...rest] = widths
  const output = rest.pop()
  if (inputs === undefined || output === undefined) {
    throw new UsageError(`network ${JSON.stringify(text)} needs inputs and outputs, like 784-10`)
  }
  const { name } = byName('activation', activation, activations)
  return network(inputs, ...rest.map((width) => dense(width, name)), dense(output))
}

/** The short form, as `784-1500-10`. */
export function describe(network: Network): string {
  return [inputs(network), ...layoutsOf(network).map(({ output }) => unitsOf(output))].join('-')
}

/** Inputs of an example. */
export const inputs = (network: Network): number => unitsOf(network.shape)

/** Width of the output. */
export function outputs(network: Network): number {
  return unitsOf(layoutsOf(network).at(-1)?.output ?? network.shape)
}

/** Weights and biases. */
export function parameterCount(network: Network): number {
  return layoutsOf(network)
    .map(({ weight: [rows, columns] }) => (rows + 1) * columns)
    .reduce((sum, count) => sum + count, 0)
}

function checkWidth(width: number, what: string): void {
  if (!Number.isInteger(width) || width < 1 || width > MAX_WIDTH) {
    throw new UsageError(`${what} is ${width}, not a whole number from 1 to 1,000,000`)
  }
}
