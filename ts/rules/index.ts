import { byName } from '../errors.js'
import * as registry from './registry.js'
import type { RuleMaker } from './rule.js'

export * from './options.js'
export * from './rule.js'
export * from './signals.js'
export * from './training.js'

/** The rules as functions of their options: `rules.fa()`, `rules.kolenPollack({ decay: 1e-4 })`. */
export const rules = registry

/** Every rule that comes with the library. */
export const allRules: readonly RuleMaker[] = Object.values(registry)

/** Throws `UsageError` with the nearest name where there is no such rule. */
export function findRule(name: string): RuleMaker {
  const named = allRules.map((maker) => ({ name: maker.ruleName, maker }))
  return byName('rule', name, named).maker
}
