import { FeedalignError, UsageError } from '../../errors.js'
import { readTable, type NumberTable } from '../table.js'
import type { OwnOptions } from './options.js'
import type { Part, Parts } from './parts.js'

/** What a column of targets is called where nobody says which it is. */
const USUAL = ['label', 'target', 'class', 'y']

/** A table to train on and one to test, or all in one. */
export async function tableParts(
  files: { readonly train: string; readonly test?: string },
  options: OwnOptions,
): Promise<Parts> {
  const read = async (file: string) => ({
    file,
    table: await readTable(file, options.header ?? 'auto'),
  })
  const train = await read(files.train)
  const label = labelColumn(train.file, train.table, options.label)
  const column = train.table.names?.[label] ?? label + 1
  const parts = { train: partOf(train, label), untyped: true, about: { label: column } }
  if (files.test === undefined) return parts
  const test = await read(files.test)
  checkAlike(train, test)
  return { ...parts, test: partOf(test, label) }
}

interface Read {
  readonly file: string
  readonly table: NumberTable
}

/** The place of the column of targets. */
function labelColumn(
  file: string,
  { names, columns }: NumberTable,
  told: string | number | undefined,
): number {
  if (columns < 2) {
    throw new FeedalignError(`${file}: one column, expected inputs and a column of targets`)
  }
  if (told === undefined) {
    const usual = names?.findIndex((name) => USUAL.includes(name.toLowerCase())) ?? -1
    return usual >= 0 ? usual : columns - 1
  }
  const named = names?.flatMap((name, column) => (name === String(told) ? [column] : [])) ?? []
  if (named.length === 1) return named[0] ?? 0
  if (named.length > 1) throw new UsageError(`label: ${file} has ${named.length} columns ${told}`)
  if (told === 'first') return 0
  if (told === 'last') return columns - 1
  const known = names === undefined ? 'no names of columns' : `columns ${shown(names)}`
  throw new UsageError(`label: ${file} has no column ${JSON.stringify(told)}; it has ${known}`)
}

const shown = (names: readonly string[]): string =>
  names.length > 12 ? `${names.slice(0, 12).join(', ')}, …` : names.join(', ')

/** A table to test must hold the same columns in the same places. */
function checkAlike(train: Read, test: Read): void {
  const { names = [], columns } = train.table
  if (test.table.columns !== columns) {
    const found = `${test.table.columns} columns, expected ${columns} as in ${train.file}`
    throw new FeedalignError(`${test.file}: ${found}`)
  }
  const at = names.findIndex((name, column) => name !== (test.table.names?.[column] ?? name))
  if (at < 0) return
  const [found, wanted] = [test.table.names?.[at] ?? '', names[at] ?? ''].map((name) =>
    JSON.stringify(name),
  )
  throw new FeedalignError(
    `${test.file}: column ${at + 1} is ${found}, expected ${wanted} as in ${train.file}`,
  )
}

/** The column of targets taken out. */
function partOf({ file, table }: Read, label: number): Part {
  const { rows, columns, values } = table
  const x = new Float32Array(rows * (columns - 1))
  const y = new Float32Array(rows)
  for (let row = 0; row < rows; row++) {
    const [from, to] = [row * columns, row * (columns - 1)]
    x.set(values.subarray(from, from + label), to)
    x.set(values.subarray(from + label + 1, from + columns), to + label)
    y[row] = values[from + label] ?? 0
  }
  return {
    x: { array: { shape: [rows, columns - 1], data: x }, place: file },
    y: { array: { shape: [rows], data: y }, place: file },
  }
}
