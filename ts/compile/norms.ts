import type { Init, Instruction, Tensor } from '../engine/program.js'
import type { Layouts, Network } from '../network/index.js'
import { stepping } from './optimizers.js'
import type { PhaseBuilder } from './phase.js'
import { tensor } from './tensors.js'

/** The names of the tensors of a block's normalisation, of which it has one at most. */
export function normNames(block: number) {
  const name = (what: string): string => `blocks.${block}.${what}`
  return {
    gain: name('gain'),
    shift: name('shift'),
    mean: name('mean'),
    variance: name('variance'),
  } as const
}

const one: Init = { kind: 'constant', value: 1 }

/** Gain, shift and running statistics of a block's normalisation. */
export function normTensors({ blocks }: Network, layouts: Layouts, block: number): Tensor[] {
  return (blocks[block]?.parts ?? []).flatMap((part, place) => {
    if (part.kind !== 'batchNorm') return []
    const channels = [(layouts.parts[place] ?? layouts.linear).at(-1) ?? 1]
    const { gain, shift, mean, variance } = normNames(block)
    return [
      tensor(gain, 'bias', channels, one),
      tensor(shift, 'bias', channels),
      tensor(mean, 'statistic', channels),
      tensor(variance, 'statistic', channels, one),
    ]
  })
}

/** Adds the steps of what a block's normalisation learns, by the gradients of this phase. */
export function stepNorms(
  phase: PhaseBuilder,
  block: number,
  slots: Pick<Instruction, 'enabled'>,
): void {
  const { reduction } = phase.context.options
  for (const { vector, gradient } of phase.gradients.get(block) ?? []) {
    const learns = stepping(phase.context, { weight: vector, block })
    phase.add({ op: 'step', vector, gradient, reduction, ...learns, ...slots })
  }
  phase.gradients.delete(block)
}
