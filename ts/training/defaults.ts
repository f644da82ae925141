import type { Rule } from '../rules/index.js'

/** What a rule trains with where the user says nothing. */
export interface RuleDefaults {
  /** Of SGD. */
  readonly learningRate: number
  /** A factor on the reach of the initial hidden weights. */
  readonly weightScale: number
}

/** For rules of the user's own. */
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
  sdfa: { learningRate: 0.2 },
  drtp: { learningRate: 0.2 },
  usf: { learningRate: 0.1 },
  brsf: { learningRate: 0.1 },
  frsf: { learningRate: 0.1 },
  'kolen-pollack': { learningRate: 0.1 },
  'weight-mirror': { learningRate: 0.2 },
  'pseudo-bp': { learningRate: 0.05 },
  dtp: { learningRate: 0.2 },
  pepita: { learningRate: 0.1 },
  'node-perturbation': { learningRate: 0.005 },
  'forward-forward': { learningRate: 0.003 },
}

export function defaultsOf({ name }: Pick<Rule, 'name'>): RuleDefaults {
  return { ...otherwise, ...chosen[name] }
}

/** Of RMSprop, Adam and AdamW, whose steps hardly depend on how long gradients are. */
export const adaptiveLearningRate = 0.001

export const defaultBatch = 64
export const defaultEpochs = 10
