import type { Activation } from '../../engine/program.js'
import { byName } from '../../errors.js'
import { activations } from '../activations.js'

export interface ActivationPart {
  readonly kind: 'activation'
  readonly activation: Activation
}

/** An activation by its name; identity is none. */
export function activation(name: string): ActivationPart | undefined {
  const found = byName('activation', name, activations)
  return found.name === 'identity'
    ? undefined
    : { kind: 'activation', activation: found.activation }
}
