import type { Activation } from '../engine/program.js'

/** The names of activations, with what they compile to. */
export const activations = [
  { name: 'identity', activation: { kind: 'identity' } },
  { name: 'tanh', activation: { kind: 'tanh' } },
  { name: 'sigmoid', activation: { kind: 'sigmoid' } },
  { name: 'relu', activation: { kind: 'relu' } },
  { name: 'leaky-relu', activation: { kind: 'leakyRelu', slope: 0.01 } },
  { name: 'hard-tanh', activation: { kind: 'hardTanh' } },
  { name: 'softplus', activation: { kind: 'softplus' } },
] as const satisfies readonly { name: string; activation: Activation }[]

export type ActivationName = (typeof activations)[number]['name']

/** The name of an activation. */
export function nameOfActivation({ kind }: Activation): ActivationName {
  const found = activations.find(({ activation }) => activation.kind === kind)
  return found?.name ?? 'identity'
}
