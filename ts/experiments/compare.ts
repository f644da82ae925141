import type { RuleEvent } from '../report/comparison.js'
import type { TrainingEvent } from '../training/events.js'
import { fit, type FitOptions } from '../training/fit.js'

/** A rule with what it is trained on and how. */
export interface Part {
  readonly rule: string
  readonly options: FitOptions
  /** More that its events are to say. */
  readonly tags?: Readonly<Record<string, string | number>>
}

/** An event, and how much of the whole comparison is done by then, from 0 to 1. */
export interface Step {
  readonly event: RuleEvent
  /** Of the part, from 0. */
  readonly place: number
  readonly share: number
}

/**
 * Trains one part after another; where `signal` is aborted, the run in hand ends and no other
 * begins.
 */
export async function* compareRules(
  parts: readonly Part[],
  signal: AbortSignal,
): AsyncGenerator<Step> {
  for (const [place, { rule, options, tags }] of parts.entries()) {
    if (signal.aborted) return
    const run = fit({ ...options, signal })
    let epochs = 1
    try {
      for await (const event of run) {
        if (event.event === 'start') epochs = event.epochs
        const share = (place + shareOfRun(event, epochs)) / parts.length
        yield { event: { ...event, ...tags, rule }, place, share }
      }
    } finally {
      run[Symbol.dispose]()
    }
  }
}

function shareOfRun(event: TrainingEvent, epochs: number): number {
  if (event.event === 'progress') return (event.epoch - 1 + event.step / event.steps) / epochs
  if (event.event === 'epoch') return event.epoch / epochs
  return event.event === 'done' ? 1 : 0
}
