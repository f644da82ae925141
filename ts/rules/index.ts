import { byName } from '../errors.js'
import { bp } from './bp.js'
import { dfa } from './dfa.js'
import { fa } from './fa.js'
import type { Rule } from './rule.js'
import { shallow } from './shallow.js'

export * from './rule.js'
export * from './signals.js'
export * from './training.js'

/** Every rule that comes with the library. */
export const allRules: readonly Rule[] = [bp, fa, dfa, shallow]

/** The rules as functions: `rules.fa()`. */
export const rules = {
  bp: (): Rule => bp,
  fa: (): Rule => fa,
  dfa: (): Rule => dfa,
  shallow: (): Rule => shallow,
}

/** Throws `UsageError` with the nearest name where there is no such rule. */
export function findRule(name: string): Rule {
  return byName('rule', name, allRules)
}
