/** Rows as a table of text. */

/**
 * `columns` are `[heading, row => text]`; every column is as wide as its widest cell, the first
 * flush left, the others flush right.
 */
export function table(rows, columns) {
  const cells = rows.map((row) => columns.map(([, cell]) => String(cell(row) ?? '')))
  const all = [columns.map(([heading]) => heading), ...cells]
  const widths = columns.map((_, i) => Math.max(...all.map((line) => line[i].length)))
  const padded = all.map((line) =>
    line.map((text, i) => (i === 0 ? text.padEnd(widths[i]) : text.padStart(widths[i]))),
  )
  return padded.map((line) => line.join('  ').trimEnd()).join('\n')
}

/** A fraction on screen: per cent with one decimal. */
export const percent = (fraction) => `${(100 * fraction).toFixed(1)} %`
