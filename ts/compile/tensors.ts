import type { Init, Role, Tensor } from '../engine/program.js'
import { blockAt, widthBelow, type Network } from '../network/index.js'
import { names } from './names.js'

/** How far initial values reach. */
export interface Scales {
  /** Hidden W ~ U(±weightScale · √(3 / inputs)), the last block's a tenth of √(3 / inputs). */
  readonly weightScale: number
}

/** The last block's initial reach, relative to √(3 / inputs): small, so that it starts undecided. */
const OUTPUT_WEIGHT = 0.1
const zeros: Init = { kind: 'zeros' }

function tensor(name: string, role: Role, shape: number[], init: Init = zeros): Tensor {
  return { name, role, shape, init, structure: { kind: 'dense' }, grid: 'f32' }
}

const uniform = (range: number, index: number): Init => ({
  kind: 'uniform',
  range,
  stream: 'weights',
  index,
})

/** Weights and biases, in the order that hashes go by. */
export function parameters(network: Network, scales: Scales): Tensor[] {
  const last = network.blocks.length - 1
  return network.blocks.flatMap(({ width }, i) => {
    const inputs = widthBelow(network, i)
    const reach = Math.sqrt(3 / inputs) * (i === last && i > 0 ? OUTPUT_WEIGHT : scales.weightScale)
    return [
      tensor(names.weight(i), 'weight', [inputs, width], uniform(reach, i)),
      tensor(names.bias(i), 'bias', [width]),
    ]
  })
}

/** The momentum's state, for the blocks that learn. */
export function velocities(network: Network, learning: readonly number[]): Tensor[] {
  return learning.flatMap((i) => {
    const { width } = blockAt(network, i)
    return [
      tensor(names.velocity(i), 'state', [widthBelow(network, i), width]),
      tensor(names.biasVelocity(i), 'state', [width]),
    ]
  })
}

/** What lives for one step: inputs, targets, outputs, deltas. */
export function transients(network: Network, labels: boolean): Tensor[] {
  const classes = blockAt(network, network.blocks.length - 1).width
  return [
    tensor(names.input, 'rows', [network.inputs]),
    labels ? tensor(names.targets, 'labels', []) : tensor(names.targets, 'rows', [classes]),
    ...network.blocks.flatMap(({ width }, i) => [
      tensor(names.output(i), 'rows', [width]),
      tensor(names.delta(i), 'rows', [width]),
      tensor(names.chain(i), 'rows', [width]),
    ]),
    tensor(names.prediction, 'rows', [classes]),
    tensor(names.outputError, 'rows', [classes]),
  ]
}
