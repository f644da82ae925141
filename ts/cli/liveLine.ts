/** Progress on standard error. */
export interface LiveLine {
  /** What the next text replaces on a terminal; elsewhere printed now and then. */
  readonly passing: (text: string) => void
  /** What stays. */
  readonly line: (text: string) => void
  /** Leaves the line empty. */
  readonly end: () => void
}

/** Seconds between plain lines of passing texts. */
const PLAIN_SECONDS = 10

/** A line that is overwritten on a terminal; plain lines elsewhere. */
export function liveLine(): LiveLine {
  const { stderr, env } = process
  const terminal = stderr.isTTY && env['TERM'] !== 'dumb'
  const clear = terminal ? '\r\x1b[K' : ''
  let printed = performance.now()
  const line = (text: string): void => {
    stderr.write(`${clear}${text}\n`)
    printed = performance.now()
  }
  const passing = (text: string): void => {
    // A line that wraps could not be overwritten; some terminals do not know their width.
    const room = stderr.columns > 1 ? stderr.columns - 1 : text.length
    if (terminal) stderr.write(clear + text.slice(0, room))
    else if (performance.now() - printed >= 1000 * PLAIN_SECONDS) line(text)
  }
  return { passing, line, end: () => stderr.write(clear) }
}
