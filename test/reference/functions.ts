/** Activation functions and their derivatives by a; at a kink, the side that is told. */
export interface Activation {
  readonly f: (a: number) => number
  readonly derivative: (a: number) => number
}

const sigmoid = (a: number): number => 1 / (1 + Math.exp(-a))

/** 0.01 in f32, as the engine holds it. */
const SLOPE = Math.fround(0.01)

export const functions = {
  identity: { f: (a) => a, derivative: () => 1 },
  tanh: { f: Math.tanh, derivative: (a) => 1 - Math.tanh(a) ** 2 },
  sigmoid: { f: sigmoid, derivative: (a) => sigmoid(a) * sigmoid(-a) },
  /** Derivative 0 at 0. */
  relu: { f: (a) => Math.max(a, 0), derivative: (a) => (a > 0 ? 1 : 0) },
  /** Derivative 0.01 at 0. */
  'leaky-relu': { f: (a) => (a > 0 ? a : SLOPE * a), derivative: (a) => (a > 0 ? 1 : SLOPE) },
  /** a between −1 and 1; derivative 0 at both. */
  'hard-tanh': {
    f: (a) => Math.min(Math.max(a, -1), 1),
    derivative: (a) => (Math.abs(a) < 1 ? 1 : 0),
  },
  /** ln(1 + eᵃ). */
  softplus: { f: (a) => Math.max(a, 0) + Math.log1p(Math.exp(-Math.abs(a))), derivative: sigmoid },
} as const satisfies Record<string, Activation>

export type ActivationName = keyof typeof functions
