import type { Rule } from '../rules/index.js'

/**
 * Learning rates where none is given: the best of a search on a validation split of MNIST's
 * training set with 784-1500-1500-1500-10, tanh, batch 64, cosine; see docs/architecture.md.
 */
const learningRates: Readonly<Record<string, number>> = { bp: 0.1, fa: 0.05, dfa: 0.05 }

/** For rules that no search was made for. */
const OTHERWISE = 0.05

export const defaultBatch = 64
export const defaultEpochs = 10

export function defaultLearningRate(rule: Rule): number {
  return learningRates[rule.name] ?? OTHERWISE
}
