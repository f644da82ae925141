import type { Moments, Optimizer as Slot, Tensor, Update } from '../engine/program.js'
import { UsageError } from '../errors.js'
import type { Optimizer } from '../training/optimizers.js'
import type { Context } from './phase.js'

/** The parameters of an update, or of a `step`, whose vector is then the weight here. */
export interface Stepped {
  readonly weight: string
  readonly bias?: string | undefined
  /** Of which block they are a part, for the learning rate's factor. */
  readonly block: number
}

/** The slots of an op that steps parameters; what the optimizer remembers of them is declared. */
export function stepping(
  { options, tensors }: Context,
  { weight, bias, block }: Stepped,
): Pick<Update, 'optimizer' | 'factor' | 'clipValue'> {
  const { optimizer } = options
  const { clipValue } = optimizer
  const factor = factorOf(optimizer, block, options.network.blocks.length)
  const state = (of: string, what: string): string => tensors.declare(stateOf(tensors.of(of), what))
  return {
    optimizer: slot(optimizer, weight, bias, state),
    ...(factor === undefined ? {} : { factor }),
    ...(clipValue === undefined ? {} : { clipValue }),
  }
}

function slot(
  optimizer: Optimizer,
  weight: string,
  bias: string | undefined,
  state: (of: string, what: string) => string,
): Slot {
  const learningRate = { knob: 'learningRate' }
  if (optimizer.name === 'sgd') {
    const { momentum, nesterov } = optimizer
    const plain = { kind: 'sgd', learningRate, momentum, nesterov } as const
    if (momentum === 0) return plain
    const velocity = state(weight, 'velocity')
    return { ...plain, velocity, ...(bias && { biasVelocity: state(bias, 'velocity') }) }
  }
  const { name, beta1, beta2, epsilon } = optimizer
  const moments = (of: string): Moments => ({
    ...(beta1 > 0 ? { first: state(of, 'first') } : {}),
    second: state(of, 'second'),
  })
  return {
    kind: 'adaptive',
    learningRate,
    first: beta1,
    second: beta2,
    epsilon,
    decoupled: name === 'adamw',
    ...(name === 'rmsprop' ? {} : { count: state(weight, 'count') }),
    moments: moments(weight),
    ...(bias === undefined ? {} : { biasMoments: moments(bias) }),
  }
}

/** Zeros that lie like the parameter; of a count one. */
function stateOf({ name, shape, structure }: Tensor, what: string): Tensor {
  const single = what === 'count'
  return {
    name: `${name}.${what}`,
    role: 'state',
    shape: single ? [1] : shape,
    init: { kind: 'zeros' },
    structure: single ? { kind: 'dense' } : structure,
    grid: 'f32',
  }
}

function factorOf(
  { learningRateFactors: factors }: Optimizer,
  block: number,
  blocks: number,
): number | undefined {
  if (factors === undefined || factors.length === blocks) return factors?.[block]
  throw new UsageError(
    `learningRateFactors has ${factors.length} factors; the network has ${blocks} blocks, ` +
      'and wants one for each',
  )
}
