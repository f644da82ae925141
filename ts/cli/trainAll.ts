import { compareRules, type Part } from '../experiments/compare.js'
import type { RuleEvent } from '../report/comparison.js'
import { onInterrupt } from './interrupt.js'
import type { PrintFlags } from './options.js'
import { printer } from './progress.js'

/**
 * Trains part after part, with progress under the part's label and the time left for all, until
 * done or interrupted; `take` is given every event but progress. Returns what made it fail.
 */
export async function trainAll(
  parts: readonly Part[],
  flags: PrintFlags,
  label: (place: number) => string,
  take: (event: RuleEvent, place: number) => void | Promise<void>,
): Promise<Error | undefined> {
  const stop = new AbortController()
  const forget = onInterrupt(() => {
    stop.abort()
  })
  const started = performance.now()
  const show = printer(flags)
  try {
    for await (const { event, place, share } of compareRules(parts, stop.signal)) {
      if (event.event !== 'progress') await take(event, place)
      const seconds = (performance.now() - started) / 1000
      const etaSeconds = share > 0 ? (seconds * (1 - share)) / share : 0
      show(event, { label: label(place), etaSeconds })
    }
    return undefined
  } catch (error) {
    return error as Error
  } finally {
    forget()
  }
}
