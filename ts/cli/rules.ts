import { Command } from 'commander'
import { table } from '../report/table.js'
import { allRules } from '../rules/index.js'

/** `feedalign rules`: what there is to learn by. */
export function rulesCommand(): Command {
  return new Command('rules')
    .option('--json', 'one JSON object per line')
    .action(({ json }: { json?: boolean }) => {
      const rows = allRules.map(({ name, title, equation, source }) => ({
        rule: name,
        title,
        'hidden signal': equation,
        source,
      }))
      if (json === true)
        rows.forEach((row) => {
          console.log(JSON.stringify(row))
        })
      else console.log(table(rows))
    })
}
