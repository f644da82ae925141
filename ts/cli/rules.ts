import { Command } from 'commander'
import { allRules, findRule, type RuleMaker } from '../rules/index.js'
import { rulePage } from './rulePage.js'

/** `feedalign rules`: what there is to learn by; with a name, that rule in full. */
export function rulesCommand(): Command {
  return new Command('rules')
    .argument('[name]', 'of a rule, to show it in full')
    .option('--json', 'one JSON object per line')
    .action((name: string | undefined, { json }: { json?: boolean }) => {
      const makers = name === undefined ? allRules : [findRule(name)]
      if (json === true) {
        for (const maker of makers) console.log(JSON.stringify(facts(maker)))
      } else console.log(makers.map(name === undefined ? entry : rulePage).join('\n\n'))
    })
}

function facts({ ruleName, title, equation, source, about, options }: RuleMaker) {
  return { rule: ruleName, title, equation, source, about, options }
}

/** A rule in the list. */
function entry({ ruleName, title, equation, source, options }: RuleMaker): string {
  const values = Object.entries(options).map(([name, { unless }]) => `${name}=${unless}`)
  const lines = [`${ruleName}: ${title}`, equation, source]
  if (values.length > 0) lines.push(`--rule-options ${values.join(',')}`)
  return lines.join('\n  ')
}
