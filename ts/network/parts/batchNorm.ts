import * as v from 'valibot'
import { UsageError } from '../../errors.js'
import { amount, share } from '../schemas.js'

/** Per unit, or per channel of a layout; running statistics move by `momentum` a step. */
export interface BatchNorm {
  readonly kind: 'batchNorm'
  readonly momentum: number
  readonly epsilon: number
}

/** Batch normalisation with learnt gain and shift, before an activation as a rule. */
export function batchNorm({ momentum = 0.1, epsilon = 1e-5 } = {}): BatchNorm {
  if (!(momentum > 0 && momentum <= 1)) {
    throw new UsageError(`the momentum of batchNorm is ${momentum}, not above 0, at most 1`)
  }
  if (!(epsilon > 0 && Number.isFinite(epsilon))) {
    throw new UsageError(`the epsilon of batchNorm is ${epsilon}, not a number above 0`)
  }
  return { kind: 'batchNorm', momentum, epsilon }
}

export const batchNormSchema = v.strictObject({
  kind: v.literal('batchNorm'),
  momentum: v.optional(share),
  epsilon: v.optional(amount),
})

/** `norm`. */
export const batchNormShort = {
  example: 'norm',
  pattern: /^norm$/,
  read: (): BatchNorm => batchNorm(),
  write: (): string => 'norm',
}
