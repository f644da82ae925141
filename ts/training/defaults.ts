import type { Rule } from '../rules/index.js'

/**
 * Learning rates where none is given, for 784-1500-1500-1500-10 with tanh, batch 64 and cosine
 * decay: chosen on a tenth of MNIST's training set, as docs/results/defaults.md shows.
 */
const learningRates: Readonly<Record<string, number>> = {
  bp: 0.15,
  fa: 0.05,
  dfa: 0.1,
  shallow: 0.4,
}

/** For rules that no search was made for. */
const OTHERWISE = 0.05

/** Of RMSprop, Adam and AdamW, whose steps hardly depend on how long gradients are. */
export const adaptiveLearningRate = 0.001

export const defaultBatch = 64
export const defaultEpochs = 10

export function defaultLearningRate(rule: Rule): number {
  return learningRates[rule.name] ?? OTHERWISE
}
