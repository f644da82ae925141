import type { Activation } from '../engine/program.js'

/** The names of activations, with what they compile to. */
export const activations = [
  { name: 'identity', activation: { kind: 'identity' } },
  { name: 'tanh', activation: { kind: 'tanh' } },
  { name: 'sigmoid', activation: { kind: 'sigmoid' } },
  { name: 'relu', activation: { kind: 'relu' } },
  { name: 'leaky-relu', activation: { kind: 'leakyRelu', slope: 0.01 } },
] as const satisfies readonly { name: string; activation: Activation }[]

export type ActivationName = (typeof activations)[number]['name']
