import * as v from 'valibot'
import { UsageError } from '../../errors.js'
import { share } from '../schemas.js'

/** Each unit is zero with probability `rate` while training, the others grow by 1 / (1 − rate). */
export interface Dropout {
  readonly kind: 'dropout'
  readonly rate: number
}

/** Dropout of a rate from 0 to below 1. */
export function dropout(rate: number): Dropout {
  checkRate(rate, 'the rate of dropout')
  return { kind: 'dropout', rate }
}

/** Throws `UsageError` unless it is a rate; `what` is what messages call it. */
export function checkRate(rate: number, what: string): void {
  if (rate >= 0 && Math.fround(rate) < 1) return
  throw new UsageError(`${what} is ${rate}, not a number from 0 to below 1; 0.5 is common`)
}

export const dropoutSchema = v.strictObject({ kind: v.literal('dropout'), rate: share })

/** `dropout0.5`. */
export const dropoutShort = {
  example: 'dropout0.5',
  pattern: /^dropout(\d*\.?\d+)$/,
  read: ([, rate]: readonly string[]): Dropout => dropout(Number(rate)),
  write: ({ rate }: Dropout): string => `dropout${rate}`,
}
