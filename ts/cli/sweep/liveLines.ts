/** Lines on standard error that are drawn anew, over what stays above them. */
export interface LiveLines {
  /** What the next lines replace. */
  readonly draw: (lines: readonly string[]) => void
  /** What stays. */
  readonly line: (text: string) => void
  /** Leaves the last lines where they are. */
  readonly end: () => void
}

/** Where there is a terminal; undefined elsewhere. */
export function liveLines(): LiveLines | undefined {
  const { stderr, env } = process
  if (!stderr.isTTY || env['TERM'] === 'dumb') return undefined
  let drawn: readonly string[] = []
  // Some terminals do not know their size; a line that wraps could not be drawn over.
  const fitting = (lines: readonly string[]): string[] => {
    const columns = stderr.columns > 1 ? stderr.columns - 1 : 80
    const rows = stderr.rows > 1 ? stderr.rows - 1 : 24
    return lines.slice(0, rows).map((line) => line.slice(0, columns))
  }
  const clear = (): string => (drawn.length === 0 ? '' : `\x1b[${drawn.length}A\r\x1b[J`)
  const show = (before: string, lines: readonly string[]): void => {
    const text = [...(before === '' ? [] : [before]), ...fitting(lines)]
    stderr.write(clear() + text.map((line) => `${line}\n`).join(''))
    drawn = fitting(lines)
  }
  return {
    draw: (lines) => {
      show('', lines)
    },
    line: (text) => {
      show(text, drawn)
    },
    end: () => {
      drawn = []
    },
  }
}
