import { UsageError } from '../errors.js'
import { parsePairs } from '../pairs.js'
import type { RuleMaker } from './rule.js'

const LIKE = 'every=10,decay=0.1'

/** Values of a rule's options by name, from a text such as `every=10,decay=0.1`. */
export function parseRuleOptions(text: string): Record<string, number> {
  return Object.fromEntries(
    parsePairs(text, LIKE).map(({ name, value, part }) => {
      if (name !== '' && value !== '' && Number.isFinite(Number(value)))
        return [name, Number(value)]
      throw new UsageError(`${JSON.stringify(part)} is not name=number; like ${LIKE}`)
    }),
  )
}

/** Of a text of options those that the rule has. */
export function optionsOf(maker: RuleMaker, text: string): string {
  const held = Object.entries(parseRuleOptions(text)).filter(([name]) => name in maker.options)
  return held.map(([name, value]) => `${name}=${value}`).join(',')
}
