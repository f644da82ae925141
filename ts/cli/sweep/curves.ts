import type { CurvePoint, JournalEvent } from '../../sweep/storage/events.js'

/** The learning curves of a sweep's trials, each put together of those of its jobs. */
export class Curves {
  readonly #curves = new Map<number, readonly CurvePoint[]>()

  take(event: JournalEvent): void {
    if (event.event !== 'result') return
    const { trial, curve } = event
    // What was done again has its epochs anew.
    const first = curve[0]?.epoch ?? Infinity
    const before = this.#curves.get(trial)?.filter(({ epoch }) => epoch < first) ?? []
    this.#curves.set(trial, before.length === 0 ? curve : [...before, ...curve])
  }

  /** By ascending epoch. */
  of(trial: number): readonly CurvePoint[] {
    return this.#curves.get(trial) ?? []
  }
}

/** Events on their way: each is seen once more, so that a journal is read once. */
export function* passing(
  events: Iterable<JournalEvent>,
  see: (event: JournalEvent) => void,
): Generator<JournalEvent> {
  for (const event of events) {
    see(event)
    yield event
  }
}
