import { table } from '../report/table.js'

/** What belongs to a set alone, as lines: figures and texts as they are, lists as tables. */
export function aboutText(about: Readonly<Record<string, unknown>>): string[] {
  return Object.entries(about).flatMap(([name, value]) => {
    const rows = rowsOf(value)
    if (rows === undefined) return [`${name}  ${cell(value)}`]
    return ['', name, table(rows)]
  })
}

/** An object as a row each of name and value, a list of objects as it is; undefined of all else. */
function rowsOf(value: unknown): Record<string, string>[] | undefined {
  if (!isObject(value)) return undefined
  if (!Array.isArray(value)) {
    return Object.entries(value).map(([name, held]) => ({ name, value: cell(held) }))
  }
  if (!value.every(isObject) || value.length === 0) return undefined
  return value.map((row) =>
    Object.fromEntries(Object.entries(row).map(([name, held]) => [name, cell(held)])),
  )
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}

function cell(value: unknown): string {
  if (Array.isArray(value)) return value.map(cell).join(' ')
  return typeof value === 'string' ? value : JSON.stringify(value)
}
