import { unitsOf } from '../network/index.js'
import { rows, type Matrix, type Signal } from '../rules/signals.js'
import type { Practice } from '../rules/training.js'
import { plain } from './decoders.js'
import { matrixTensor } from './feedback.js'
import { patchSlot } from './maps.js'
import { names } from './names.js'
import { layoutsAt } from './parts.js'
import type { PhaseBuilder } from './phase.js'
import { materialise } from './signals.js'

const named = (name: string, width: number): Signal => rows({ of: 'named', name, width })

/** Normal noise of the layout of a block's input. */
export function noise(phase: PhaseBuilder, block: number, deviation: number): Signal {
  const width = unitsOf(layoutsAt(phase, block).input)
  const out = phase.temporary(width)
  const distribution = { kind: 'normal', deviation } as const
  phase.add({ op: 'noise', out, distribution, stream: 'noise', index: block })
  return named(out, width)
}

/** x · W of a block. */
export function linear(phase: PhaseBuilder, block: number, x: Signal): Signal {
  const width = unitsOf(layoutsAt(phase, block).linear)
  const out = phase.temporary(width)
  phase.add({
    op: 'linear',
    x: materialise(phase, x),
    weight: names.weight(block),
    out,
    activation: { kind: 'identity' },
    accumulate: false,
    ...patchSlot(phase.context, block),
  })
  return named(out, width)
}

/** A step of a matrix that carries signals. */
export function practise(phase: PhaseBuilder, matrix: Matrix, practice: Practice): void {
  const { x, delta, learningRate, scale, decay } = practice
  phase.add({
    op: 'update',
    weight: matrixTensor(phase.context, matrix),
    x: materialise(phase, x),
    delta: materialise(phase, delta),
    reduction: 'mean',
    scale,
    weightDecay: decay,
    optimizer: plain(learningRate),
    ...patchSlot(phase.context, matrix.block),
  })
}
