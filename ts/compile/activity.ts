import type { Activation } from '../engine/program.js'
import { unitsOf } from '../network/index.js'
import { names } from './names.js'
import { blockStages, type Stage } from './parts.js'
import type { PhaseBuilder } from './phase.js'
import { FIRST, LAST } from './sums.js'
import { tensor } from './tensors.js'

/** A twentieth of the greatest f′ of the activations that level off at both ends. */
const flat: Partial<Record<Activation['kind'], number>> = {
  tanh: 0.05,
  hardTanh: 0.05,
  sigmoid: 0.0125,
}

/** Counts what a block's activation has that hardly learns: saturated elements, or dead units. */
export function activity(phase: PhaseBuilder, block: number, pass: string): void {
  const stage = blockStages(phase, block, pass).find(({ part }) => part.kind === 'activation')
  if (stage?.part.kind !== 'activation') return
  const { activation } = stage.part
  const below = flat[activation.kind]
  if (below !== undefined) {
    const metric = `saturated.${block}`
    phase.metric(metric)
    phase.add({ op: 'saturation', h: stage.out, activation, below, metric })
  }
  if (activation.kind === 'relu') dead(phase, block, stage)
}

/** Counts the units that are zero on every example: their sums over all steps are. */
function dead(phase: PhaseBuilder, block: number, { out, to }: Stage): void {
  const metric = `dead.${block}`
  const sum = phase.context.tensors.declare(tensor(names.activity(block), 'scratch', [unitsOf(to)]))
  phase.metric(metric)
  phase.add(
    { op: 'combine', terms: [], out: sum, enabled: FIRST },
    {
      op: 'step',
      vector: sum,
      gradient: out,
      reduction: 'sum',
      optimizer: { kind: 'sgd', learningRate: -1, momentum: 0, nesterov: false },
    },
    { op: 'saturation', h: sum, activation: { kind: 'relu' }, below: 0.5, metric, enabled: LAST },
  )
}
