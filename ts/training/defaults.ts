import type { Rule } from '../rules/index.js'

/**
 * Learning rates where none is given, for 784-1500-1500-1500-10 with tanh, batch 64 and cosine
 * decay; starting points that learn MNIST, not yet the outcome of a search on validation.
 */
const learningRates: Readonly<Record<string, number>> = { bp: 0.1, fa: 0.05, dfa: 0.05 }

/** For rules that no search was made for. */
const OTHERWISE = 0.05

export const defaultBatch = 64
export const defaultEpochs = 10

export function defaultLearningRate(rule: Rule): number {
  return learningRates[rule.name] ?? OTHERWISE
}
