import { fitOptions, kebab, resolveConfig, unusedOf, type Given } from '../config/index.js'
import type { Loaded } from '../data/sets/index.js'
import { didYouMean, UsageError } from '../errors.js'
import type { Part } from '../experiments/compare.js'
import type { LeftOut } from '../report/comparison-page.js'
import { findRule, optionsOf, parseRuleOptions } from '../rules/index.js'
import { checkProgram } from '../training/program.js'

/**
 * What a comparison trains, each rule with those options that it has a use for. A rule that cannot
 * be trained so is left out where `lenient`, else, and where none is left, its `UsageError` thrown.
 */
export function partsOf(
  rules: readonly string[],
  told: Given,
  loaded: Loaded,
  lenient: boolean,
): { readonly parts: readonly Part[]; readonly leftOut: readonly LeftOut[] } {
  const parts: Part[] = []
  const leftOut: LeftOut[] = []
  for (const [i, rule] of rules.entries()) {
    try {
      const options = fitOptions(resolveConfig(useful(rule, told)), loaded)
      checkProgram(options)
      parts.push({ rule, options })
    } catch (error) {
      const none = i === rules.length - 1 && parts.length === 0
      if (!(error instanceof UsageError) || !lenient || none) throw error
      leftOut.push({ rule, reason: error.message })
    }
  }
  return { parts, leftOut }
}

/** Throws `UsageError` where an option of rules or of feedback is of use to no part. */
export function checkUsed(parts: readonly Part[], told: Given): void {
  const names = parts.map(({ rule }) => rule).join(', ')
  const unused = parts.map(({ rule }) => unusedOf(own(rule, told)))
  for (const { name, reason } of unused[0] ?? []) {
    if (!unused.every((ones) => ones.some((one) => one.name === name))) continue
    const where = told.get(name)?.where ?? `--${kebab(name)}`
    throw new UsageError(`${where} is of use to none of ${names}: ${reason}; leave it out`)
  }
  const { value, where } = told.get('ruleOptions') ?? { value: '', where: '' }
  const known = parts.flatMap(({ rule }) => Object.keys(findRule(rule).options))
  const odd = Object.keys(parseRuleOptions(String(value))).find((name) => !known.includes(name))
  if (odd === undefined) return
  const has = known.length === 0 ? '; they have none' : `; they have ${known.join(', ')}`
  const hint = didYouMean(odd, known) || has
  throw new UsageError(`${where}: none of ${names} has an option "${odd}"${hint}`)
}

export function without(told: Given, ...keys: string[]): Given {
  return new Map([...told].filter(([known]) => !keys.includes(known)))
}

/** What was told, for one rule: of the options of rules those that it has. */
function own(rule: string, told: Given): Given {
  const options = told.get('ruleOptions')
  const given = new Map([...told, ['rule', { value: rule, where: '--rules' }]])
  if (typeof options?.value === 'string') {
    const value = optionsOf(findRule(rule), options.value)
    given.set('ruleOptions', { ...options, value })
  }
  return given
}

/** The same without the options of feedback that the rule has no use for. */
function useful(rule: string, told: Given): Given {
  const given = own(rule, told)
  return without(given, ...unusedOf(given).map(({ name }) => name))
}
