import type { Heard } from './lessons.js'
import { names, passNames } from './names.js'
import type { PhaseBuilder } from './phase.js'
import { materialise } from './signals.js'
import { tensor } from './tensors.js'

/** Adds the ops by which a block learns from its delta. */
export function update(phase: PhaseBuilder, { block, lesson, pass, delta }: Heard): void {
  const { optimizer, reduction } = phase.context.options
  const { momentum, weightDecay } = optimizer
  phase.add({
    op: 'update',
    weight: names.weight(block),
    ...(lesson.bias === false ? {} : { bias: names.bias(block) }),
    x: presynaptic(phase, { block, lesson, pass }),
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
  })
}

/** What the linear map was given. */
function presynaptic(
  phase: PhaseBuilder,
  { block, lesson, pass }: Pick<Heard, 'block' | 'lesson' | 'pass'>,
): string {
  if (lesson.input !== undefined) return materialise(phase, lesson.input)
  return block === 0 ? (phase.inputs.get(pass) ?? '') : passNames(pass).output(block - 1)
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
