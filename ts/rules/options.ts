import { UsageError } from '../errors.js'
import type { RuleMaker } from './rule.js'

/** Values of a rule's options by name, from a text such as `every=10,decay=0.1`. */
export function parseRuleOptions(text: string): Record<string, number> {
  const parts = text.split(',').filter((part) => part.trim() !== '')
  return Object.fromEntries(
    parts.map((part) => {
      const [name = '', value = ''] = part.split('=').map((one) => one.trim())
      if (name !== '' && value !== '' && Number.isFinite(Number(value)))
        return [name, Number(value)]
      throw new UsageError(`${JSON.stringify(part)} is not name=number; like every=10,decay=0.1`)
    }),
  )
}

/** Of a text of options those that the rule has. */
export function optionsOf(maker: RuleMaker, text: string): string {
  const held = Object.entries(parseRuleOptions(text)).filter(([name]) => name in maker.options)
  return held.map(([name, value]) => `${name}=${value}`).join(',')
}
