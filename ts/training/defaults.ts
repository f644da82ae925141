import type { Rule } from '../rules/index.js'

/** What a rule trains with where the user says nothing. */
export interface RuleDefaults {
  /** Of SGD. */
  readonly learningRate: number
  /** A factor on the reach of the initial hidden weights. */
  readonly weightScale: number
}

/** For rules that no search was made for. */
const otherwise: RuleDefaults = { learningRate: 0.05, weightScale: 1 }

/**
 * For tanh, batch 64 and cosine decay: chosen on a tenth of a training set, as
 * docs/results/defaults.md shows.
 */
const chosen: Readonly<Record<string, Partial<RuleDefaults>>> = {
  bp: { learningRate: 0.15 },
  fa: { learningRate: 0.07, weightScale: 0.3 },
  dfa: { learningRate: 0.1 },
  shallow: { learningRate: 0.4 },
}

export function defaultsOf({ name }: Pick<Rule, 'name'>): RuleDefaults {
  return { ...otherwise, ...chosen[name] }
}

/** Of RMSprop, Adam and AdamW, whose steps hardly depend on how long gradients are. */
export const adaptiveLearningRate = 0.001

export const defaultBatch = 64
export const defaultEpochs = 10
