import { Command } from 'commander'
import { table } from '../report/table.js'
import { allRules, findRule, type RuleMaker } from '../rules/index.js'

/** `feedalign rules`: what there is to learn by; with a name, that rule in full. */
export function rulesCommand(): Command {
  return new Command('rules')
    .argument('[name]', 'of a rule, to show it in full')
    .option('--json', 'one JSON object per line')
    .action((name: string | undefined, { json }: { json?: boolean }) => {
      const makers = name === undefined ? allRules : [findRule(name)]
      if (json === true) {
        for (const maker of makers) console.log(JSON.stringify(facts(maker)))
      } else if (name === undefined) console.log(table(makers.map(row)))
      else console.log(makers.map(page).join('\n\n'))
    })
}

function facts({ ruleName, title, equation, source, about, options }: RuleMaker) {
  return { rule: ruleName, title, equation, source, about, options }
}

function row({ ruleName, title, equation, source, options }: RuleMaker) {
  const names = Object.entries(options).map(([name, { unless }]) => `${name}=${unless}`)
  return {
    rule: ruleName,
    title,
    'hidden signal': equation,
    options: names.join(',') || '–',
    source,
  }
}

function page({ ruleName, title, equation, source, about, options }: RuleMaker): string {
  const lines = [
    `${ruleName}: ${title}`,
    '',
    `hidden signal  ${equation}`,
    `source         ${source}`,
    '',
    about,
  ]
  const rows = Object.entries(options).map(([option, { about, unless, range, whole }]) => ({
    option,
    'unless told': String(unless),
    range: `${range.join(' to ')}${whole === true ? ', whole' : ''}`,
    'what it is': about,
  }))
  const example = rows.map(({ option, 'unless told': value }) => `${option}=${value}`).join(',')
  if (rows.length > 0) lines.push('', table(rows), '', `  --rule-options ${example}`)
  return lines.join('\n')
}
