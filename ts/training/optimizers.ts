import { UsageError } from '../errors.js'
import { schedules, type Schedule } from './schedules.js'

/** What every optimizer can be told. */
export interface CommonOptions {
  /** η > 0 at the schedule's factor 1. */
  readonly learningRate: number
  /** λ ≥ 0, of weights, not of biases; 0 unless told, with AdamW 0.01. */
  readonly weightDecay?: number
  /** Of the learning rate; constant unless told. */
  readonly schedule?: Schedule
  /** Elements of the gradient are cut to ±this, before decay; above 0, no bound unless told. */
  readonly clipValue?: number | undefined
  /**
   * The norm of all gradients of weights and biases together is cut to this, blocks that are held
   * included, before anything else; above 0, no bound unless told. In f32, of dense blocks.
   */
  readonly clipNorm?: number | undefined
  /**
   * After a step the norm of the weights into each unit, its bias apart, is cut to this; above 0,
   * no bound unless told. In f32.
   */
  readonly maxNorm?: number | undefined
  /** A factor > 0 on the learning rate of each block, from the input side; 1 unless told. */
  readonly learningRateFactors?: readonly number[] | undefined
}

export interface SgdOptions extends CommonOptions {
  /** μ from 0 to below 1; 0 unless told. */
  readonly momentum?: number
  /** Looks ahead by the momentum: u = g + μv; false unless told. */
  readonly nesterov?: boolean
}

export interface RmspropOptions extends CommonOptions {
  /** Of the mean of g², from 0 to below 1; 0.99 unless told. */
  readonly beta2?: number
  /** ε > 0; 1e-8 unless told. */
  readonly epsilon?: number
}

export interface AdamOptions extends CommonOptions {
  /** Of the mean of g, from 0 to below 1; 0.9 unless told. */
  readonly beta1?: number
  /** Of the mean of g², from 0 to below 1; 0.999 unless told. */
  readonly beta2?: number
  /** ε > 0; 1e-8 unless told. */
  readonly epsilon?: number
}

interface Common {
  readonly learningRate: number
  readonly weightDecay: number
  readonly schedule: Schedule
  readonly clipValue: number | undefined
  readonly clipNorm: number | undefined
  readonly maxNorm: number | undefined
  readonly learningRateFactors: readonly number[] | undefined
}

/** v ← μv + g + λW, W ← W − ηv; with Nesterov W ← W − η(g + λW + μv). */
export interface Sgd extends Common {
  readonly name: 'sgd'
  readonly momentum: number
  readonly nesterov: boolean
}

/**
 * m ← β₁m + (1 − β₁)g, v ← β₂v + (1 − β₂)g², W ← W − η · m̂ / (√v̂ + ε). Adam and AdamW correct for
 * the moments' beginning as zeros; RMSprop, which has no β₁, does not. Weight decay λW is part of
 * g, but with AdamW W ← W − ηλW beside the step.
 */
export interface Adaptive extends Common {
  readonly name: 'rmsprop' | 'adam' | 'adamw'
  readonly beta1: number
  readonly beta2: number
  readonly epsilon: number
}

export type Optimizer = Sgd | Adaptive

/** Each throws `UsageError` where an option is out of its range. */
export const optimizers = {
  sgd: (options: SgdOptions): Sgd => {
    const { momentum = 0, nesterov = false } = options
    check('momentum', momentum, isShare(momentum))
    if (nesterov && momentum === 0) {
      throw new UsageError('nesterov needs a momentum above 0, such as 0.9')
    }
    return { name: 'sgd', ...common(options), momentum, nesterov }
  },
  rmsprop: ({ beta2 = 0.99, ...options }: RmspropOptions): Adaptive =>
    adaptive('rmsprop', { ...options, beta1: 0, beta2 }),
  adam: (options: AdamOptions): Adaptive => adaptive('adam', options),
  adamw: ({ weightDecay = 0.01, ...options }: AdamOptions): Adaptive =>
    adaptive('adamw', { ...options, weightDecay }),
}

function adaptive(name: Adaptive['name'], options: AdamOptions): Adaptive {
  const { beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8 } = options
  check('beta1', beta1, isShare(beta1))
  check('beta2', beta2, isShare(beta2))
  check('epsilon', epsilon, Math.fround(epsilon) > 0)
  return { name, ...common(options), beta1, beta2, epsilon }
}

function common(options: CommonOptions): Common {
  const { learningRate, weightDecay = 0, schedule = schedules.constant() } = options
  const { clipValue, clipNorm, maxNorm, learningRateFactors } = options
  check('learningRate', learningRate, learningRate > 0)
  check('weightDecay', weightDecay, weightDecay >= 0)
  for (const [name, bound] of Object.entries({ clipValue, clipNorm, maxNorm })) {
    if (bound !== undefined) check(name, bound, Math.fround(bound) > 0)
  }
  learningRateFactors?.forEach((factor, block) => {
    check(`learningRateFactors[${block}]`, factor, Math.fround(factor) > 0)
  })
  const bounds = { clipValue, clipNorm, maxNorm }
  return { learningRate, weightDecay, schedule, ...bounds, learningRateFactors }
}

/** `1,0.5,0.1`: one factor a block. */
export function parseFactors(text: string): number[] {
  return text.split(',').map((part) => {
    const factor = Number(part)
    if (part.trim() !== '' && Math.fround(factor) > 0 && Number.isFinite(factor)) return factor
    throw new UsageError(`${JSON.stringify(part)} is not a factor above 0, as in 1,0.5`)
  })
}

const isShare = (value: number): boolean => value >= 0 && value < 1

function check(name: string, value: number, valid: boolean): void {
  if (!valid || !Number.isFinite(value)) throw new UsageError(`${name} ${value} is out of range`)
}
