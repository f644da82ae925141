/** Rows of named cells as aligned text, with a heading; columns are those of the first row. */
export function table(rows: readonly Readonly<Record<string, string>>[]): string {
  const columns = Object.keys(rows[0] ?? {})
  const widths = columns.map((column) =>
    Math.max(column.length, ...rows.map((row) => (row[column] ?? '').length)),
  )
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
