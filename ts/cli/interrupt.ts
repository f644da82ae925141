const signals = ['SIGINT', 'SIGTERM'] as const

/** npm hands on a terminal's Ctrl-C that its child has had already: an echo, not a second one. */
const ECHO_MILLISECONDS = 500

/**
 * The first Ctrl-C or SIGTERM asks for an orderly end, a second one ends at once. Returns what
 * undoes it.
 */
export function onInterrupt(stop: () => void): () => void {
  let asked: number | undefined
  const listener = (): void => {
    const now = performance.now()
    if (asked === undefined) stop()
    else if (now - asked > ECHO_MILLISECONDS) {
      // Not process.exit, which waits for the engine's call at hand.
      forget()
      process.kill(process.pid, 'SIGINT')
    }
    asked ??= now
  }
  const forget = (): void => {
    for (const signal of signals) process.removeListener(signal, listener)
  }
  for (const signal of signals) process.on(signal, listener)
  return forget
}
