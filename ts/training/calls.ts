import type { DataSet, Metrics, Session } from '../engine/index.js'

/** A call's length: short enough for Ctrl-C and progress, long enough to cost nothing. */
const SECONDS = 0.1

/** A phase over examples. */
export interface Work {
  readonly phase: string
  readonly data: DataSet
  /** Indices into the data, all of them. */
  readonly examples: Uint32Array
  /** The phase's knobs for `count` steps from step `first` on; none unless told. */
  readonly knobs?: (first: number, count: number) => Float32Array
  /** Steps that are done already; none unless told. */
  readonly done?: number
  /** Asked before each call. */
  readonly stopped?: () => boolean
}

/** What one call did. */
export interface Call {
  readonly metrics: Metrics
  /** Examples. */
  readonly count: number
  readonly seconds: number
}

/** Runs phases of a session in calls of about a tenth of a second. */
export class Calls {
  readonly #session: Session
  /** Steps of the next call, by phase; of the first one a single step, whose speed is not known. */
  readonly #steps = new Map<string, number>()

  constructor(session: Session) {
    this.#session = session
  }

  /** Rows of a step. */
  get batch(): number {
    return this.#session.program.batch
  }

  /** Call after call, until all is done or it is stopped. */
  async *run({ phase, data, examples, knobs, done = 0, stopped }: Work): AsyncGenerator<Call> {
    const { batch } = this
    const steps = Math.ceil(examples.length / batch)
    for (let first = done; first < steps && stopped?.() !== true;) {
      const count = Math.min(this.#steps.get(phase) ?? 1, steps - first)
      const rows = examples.subarray(first * batch, (first + count) * batch)
      const started = performance.now()
      const metrics = await this.#session.run(phase, data, rows, knobs?.(first, count))
      const seconds = (performance.now() - started) / 1000
      this.#steps.set(phase, Math.max(1, Math.round((count * SECONDS) / seconds)))
      first += count
      yield { metrics, count: rows.length, seconds }
    }
  }

  /** The metrics of all steps at once; undefined where it was stopped before the end. */
  async all(work: Work): Promise<Metrics | undefined> {
    const parts: Metrics[] = []
    let left = work.examples.length
    for await (const { metrics, count } of this.run(work)) {
      parts.push(metrics)
      left -= count
    }
    const [first, ...rest] = parts
    return left > 0 ? undefined : first?.followedBy(rest)
  }
}
