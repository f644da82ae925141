import type { Activation } from '../engine/program.js'
import { unitsOf } from '../network/index.js'
import { names } from './names.js'
import { layoutsAt } from './parts.js'
import type { PhaseBuilder } from './phase.js'
import { drawnFrom, tensor } from './tensors.js'

/**
 * A block's decoder: g(h) = f(h · V + c) makes of the block's output a guess of the output below,
 * V [width × width below], f the activation below, whose range it has to reach.
 */
function decoder(phase: PhaseBuilder, block: number) {
  const { tensors, layouts, options } = phase.context
  const [from, to] = [
    unitsOf(layoutsAt(phase, block).output),
    unitsOf(layoutsAt(phase, block).input),
  ]
  // Draws past those of the feedback and direct matrices.
  const init = drawnFrom('feedback', Math.sqrt(3 / from), 6 * layouts.length + block)
  const below = options.network.blocks[block - 1]?.parts ?? []
  const last = below.findLast(({ kind }) => kind === 'activation')
  const activation: Activation =
    last?.kind === 'activation' ? last.activation : { kind: 'identity' }
  return {
    weight: tensors.declare(tensor(names.decoder(block), 'weight', [from, to], init)),
    bias: tensors.declare(tensor(names.decoderBias(block), 'bias', [to])),
    width: to,
    activation,
  }
}

/** The name of what a block's decoder makes of x. */
export function decoded(phase: PhaseBuilder, block: number, x: string): string {
  const { weight, bias, width, activation } = decoder(phase, block)
  const out = phase.temporary(width)
  phase.add({ op: 'linear', x, weight, bias, out, activation, accumulate: false })
  return out
}

/** Teaches a block's decoder to make `target` of x: a step down half the squared distance. */
export function teachDecoder(
  phase: PhaseBuilder,
  block: number,
  [x, target]: readonly [string, string],
  learningRate: number,
): void {
  const { weight, bias, width, activation } = decoder(phase, block)
  const made = decoded(phase, block, x)
  const [away, delta] = [phase.temporary(width), phase.temporary(width)]
  const terms = [
    { tensor: made, factor: 1, sign: false },
    { tensor: target, factor: -1, sign: false },
  ]
  phase.add(
    { op: 'combine', terms, out: away },
    {
      op: 'localBackward',
      part: { kind: 'activation', activation },
      delta: away,
      out: delta,
      saved: [made],
      training: true,
    },
    {
      op: 'update',
      weight,
      bias,
      x,
      delta,
      reduction: 'mean',
      scale: 1,
      weightDecay: 0,
      optimizer: plain(learningRate),
    },
  )
}

/** Gradient descent and no more. */
export const plain = (learningRate: number) =>
  ({ kind: 'sgd', learningRate, momentum: 0, nesterov: false }) as const
