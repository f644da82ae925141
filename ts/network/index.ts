import type { Activation } from '../engine/program.js'
import { byName, UsageError } from '../errors.js'

/** The names of activations, with what they compile to. */
export const activations = [
  { name: 'identity', activation: { kind: 'identity' } },
  { name: 'tanh', activation: { kind: 'tanh' } },
  { name: 'sigmoid', activation: { kind: 'sigmoid' } },
  { name: 'relu', activation: { kind: 'relu' } },
  { name: 'leaky-relu', activation: { kind: 'leakyRelu', slope: 0.01 } },
] as const satisfies readonly { name: string; activation: Activation }[]

export type ActivationName = (typeof activations)[number]['name']

/** A linear map a = x · W + b, W [width of the block below × width], then its activation. */
export interface Block {
  readonly kind: 'dense'
  /** Units, 1 to 1,000,000. */
  readonly width: number
  readonly activation: Activation
}

export interface Network {
  /** Inputs per example. */
  readonly inputs: number
  /** From the input side up; the last one's width is that of the output. */
  readonly blocks: readonly Block[]
}

const MAX_WIDTH = 1_000_000

/** A fully connected block; `activation` by name, identity unless told. */
export function dense(width: number, activation: ActivationName = 'identity'): Block {
  checkWidth(width, 'the width of a dense block')
  const found = byName('activation', activation, activations)
  return { kind: 'dense', width, activation: found.activation }
}

/** A network of blocks on `inputs` inputs. */
export function network(inputs: number, ...blocks: Block[]): Network {
  checkWidth(inputs, 'the count of inputs')
  if (blocks.length === 0) throw new UsageError('a network needs at least one block')
  return { inputs, blocks }
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
  return [network.inputs, ...network.blocks.map((block) => block.width)].join('-')
}

/** Width of the input of block i. */
export function widthBelow(network: Network, i: number): number {
  return i === 0 ? network.inputs : blockAt(network, i - 1).width
}

/** Block i, counted from the input side. */
export function blockAt(network: Network, i: number): Block {
  const block = network.blocks[i]
  if (block === undefined) throw new RangeError(`there is no block ${i}`)
  return block
}

/** Weights and biases. */
export function parameterCount(network: Network): number {
  return network.blocks
    .map((block, i) => (widthBelow(network, i) + 1) * block.width)
    .reduce((sum, count) => sum + count, 0)
}

function checkWidth(width: number, what: string): void {
  if (!Number.isInteger(width) || width < 1 || width > MAX_WIDTH) {
    throw new UsageError(`${what} is ${width}, not a whole number from 1 to 1,000,000`)
  }
}
