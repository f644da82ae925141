import type { Activation, LossKind } from '../engine/program.js'
import { byName } from '../errors.js'

/** What a network's output is compared by. `name` is the command line's. */
export interface Loss {
  readonly name: string
  readonly kind: LossKind
}

const meanSquaredError = (output: Activation): LossKind => ({ kind: 'meanSquaredError', output })

export const losses = {
  /** y = softmax(a), L = −ln y of the label. */
  crossEntropy: (): Loss => ({ name: 'cross-entropy', kind: { kind: 'crossEntropy' } }),
  /** y = σ(a), L = −Σ t ln y + (1 − t) ln(1 − y), over the outputs. */
  binaryCrossEntropy: (): Loss => ({
    name: 'binary-cross-entropy',
    kind: { kind: 'binaryCrossEntropy' },
  }),
  /** L = ½ Σ (y − t)², over the outputs; y = a, or `output`(a). */
  mse: (output: Activation = { kind: 'identity' }): Loss => ({
    name: 'mse',
    kind: meanSquaredError(output),
  }),
}

/** A loss by its name on the command line. */
export function findLoss(name: string): Loss {
  return byName('loss', name, [losses.crossEntropy(), losses.binaryCrossEntropy(), losses.mse()])
}
