type Rows = readonly Readonly<Record<string, string>>[]

/** Rows of named cells as aligned text, with a heading; columns are those of the first row. */
export function table(rows: Rows): string {
  const { columns, widths } = measured(rows, 0)
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, i) => cell.padEnd(widths[i] ?? 0))
      .join('  ')
      .trimEnd()
  const heading = [line(columns), line(widths.map((width) => '─'.repeat(width)))]
  return [...heading, ...rows.map((row) => line(columns.map((column) => row[column] ?? '')))].join(
    '\n',
  )
}

/** The same as Markdown, aligned too. */
export function markdownTable(rows: Rows): string {
  // A column's line is three dashes at least.
  const { columns, widths } = measured(rows, 3)
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join(' | ')} |`
  const heading = [line(columns), line(widths.map((width) => '-'.repeat(width)))]
  return [...heading, ...rows.map((row) => line(columns.map((column) => row[column] ?? '')))].join(
    '\n',
  )
}

/** The columns, and how wide each has to be. */
function measured(rows: Rows, least: number) {
  const columns = Object.keys(rows[0] ?? {})
  const widths = columns.map((column) =>
    Math.max(least, column.length, ...rows.map((row) => (row[column] ?? '').length)),
  )
  return { columns, widths }
}
