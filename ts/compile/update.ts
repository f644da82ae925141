import type { Instruction, Mirror, Update } from '../engine/program.js'
import { FeedalignError } from '../errors.js'
import type { Matrix } from '../rules/signals.js'
import { matrixTensor } from './feedback.js'
import { learnsKnob } from './knobs.js'
import type { Heard } from './lessons.js'
import { patchSlot } from './maps.js'
import { names } from './names.js'
import { stepping } from './optimizers.js'
import { givenKey, type PhaseBuilder } from './phase.js'
import { checkMirrored } from './refusals.js'

/** The op by which a block learns from its delta. */
export function update(
  phase: PhaseBuilder,
  { block, lesson, pass, delta }: Heard,
  mirror?: Mirror,
): Instruction & Update {
  const { context } = phase
  const { optimizer, reduction } = context.options
  const weight = names.weight(block)
  const bias = lesson.bias === false ? undefined : names.bias(block)
  const x = phase.givens.get(givenKey(pass, block))
  if (x === undefined) throw new FeedalignError(`block ${block} is in no pass ${pass}`)
  const { maxNorm } = optimizer
  return {
    op: 'update',
    weight,
    ...(bias === undefined ? {} : { bias }),
    x,
    delta,
    reduction,
    scale: 1,
    weightDecay: optimizer.weightDecay,
    ...stepping(context, { weight, bias, block }),
    ...(maxNorm === undefined ? {} : { maxNorm }),
    ...(mirror === undefined ? {} : { mirror }),
    ...patchSlot(context, block),
    ...whileLearning(phase, block),
  }
}

/** The slot that switches the update off while the block is held. */
export function whileLearning(phase: PhaseBuilder, block: number): Pick<Instruction, 'enabled'> {
  if (phase.context.options.held?.includes(block) !== true) return {}
  const knob = learnsKnob(block)
  if (!phase.knobs.includes(knob)) phase.knobs.push(knob)
  return { enabled: { knob } }
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
    if (matrix.block !== block) continue
    checkMirrored(phase.context.options)
    return { into: matrixTensor(phase.context, matrix), decay }
  }
  return undefined
}
