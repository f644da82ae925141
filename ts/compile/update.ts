import type { Mirror } from '../engine/program.js'
import { FeedalignError } from '../errors.js'
import type { Matrix } from '../rules/signals.js'
import { matrixTensor } from './feedback.js'
import type { Heard } from './lessons.js'
import { names } from './names.js'
import { givenKey, type PhaseBuilder } from './phase.js'
import { tensor } from './tensors.js'

/** Adds the ops by which a block learns from its delta. */
export function update(
  phase: PhaseBuilder,
  { block, lesson, pass, delta }: Heard,
  mirror?: Mirror,
): void {
  const { optimizer, reduction } = phase.context.options
  const { momentum, weightDecay } = optimizer
  const x = phase.givens.get(givenKey(pass, block))
  if (x === undefined) throw new FeedalignError(`block ${block} is in no pass ${pass}`)
  phase.add({
    op: 'update',
    weight: names.weight(block),
    ...(lesson.bias === false ? {} : { bias: names.bias(block) }),
    x,
    delta,
    reduction,
    scale: 1,
    weightDecay,
    optimizer: {
      kind: 'sgd',
      learningRate: { knob: 'learningRate' },
      momentum,
      nesterov: false,
      ...(momentum > 0 ? velocities(phase, block) : {}),
    },
    ...(mirror === undefined ? {} : { mirror }),
  })
}

/** The matrix that takes every step of the block's weight, if a signal is carried by such. */
export function mirrorOf(
  phase: PhaseBuilder,
  block: number,
  matrices: readonly Matrix[],
): Mirror | undefined {
  for (const matrix of matrices) {
    if (matrix.kind !== 'mirror' || matrix.mirroring.how !== 'add') continue
    const { decay } = matrix.mirroring
    if (matrix.block === block) return { into: matrixTensor(phase.context, matrix), decay }
  }
  return undefined
}

/** The momentum's state. */
function velocities({ context }: PhaseBuilder, block: number) {
  const [rows, columns] = context.layouts[block]?.weight ?? [0, 0]
  const { tensors } = context
  return {
    velocity: tensors.declare(tensor(names.velocity(block), 'state', [rows, columns])),
    biasVelocity: tensors.declare(tensor(names.biasVelocity(block), 'state', [columns])),
  }
}
