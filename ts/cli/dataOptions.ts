import * as v from 'valibot'
import type { DataSource } from '../data/sets/index.js'
import { table } from '../report/table.js'

/** A set's own options, as lines of a table and a line that shows how to tell them. */
export function optionsText({ options }: DataSource): string[] {
  const rows = Object.entries(options.entries).map(([option, setting]) => {
    const { value, about } = setting.pipe[1].metadata
    const unless = v.getDefault(setting)
    return {
      option: `${option}=${value}`,
      'unless told': unless === undefined ? '' : JSON.stringify(unless).replaceAll('"', ''),
      'what it is': about,
    }
  })
  const [first] = rows
  if (first === undefined) return []
  return ['', table(rows), `  --data-options ${first.option},…`]
}
