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
    else if (now - asked > ECHO_MILLISECONDS) process.exit(130)
    asked ??= now
  }
  for (const signal of signals) process.on(signal, listener)
  return () => {
    for (const signal of signals) process.removeListener(signal, listener)
  }
}
