import { UsageError } from '../errors.js'
import type { Position } from './checkpoint.js'
import { whole } from './checks.js'

/** The patience, if there are validation examples to judge epochs by. */
export function checkedPatience(patience: number | undefined, validation: number): number {
  if (patience === undefined) return Infinity
  if (validation > 0) return whole('patience', patience, 1, 1e9)
  throw new UsageError('patience needs validation examples: set some aside, as validation 0.1 does')
}

/** The position after an epoch with this validation error, and whether none before was as low. */
export function judged(
  position: Position,
  validationError: number | undefined,
): { position: Position; isBest: boolean } {
  const { best, stale } = position
  if (validationError === undefined) return { position, isBest: false }
  if (best === null || validationError < best) {
    return { position: { ...position, best: validationError, stale: 0 }, isBest: true }
  }
  return { position: { ...position, stale: stale + 1 }, isBest: false }
}
