import type { DataSet } from '../engine/index.js'
import { UsageError } from '../errors.js'
import type { Calls } from './calls.js'
import type { EpochEvent } from './events.js'
import type { Evaluation, Split } from './run.js'

/** Fractions, of the splits that there are. */
export type Errors = Pick<EpochEvent, 'validationError' | 'testError'>

/** Examples of a data set, by their indices; none where there is no set. */
export interface Chosen {
  readonly data: DataSet | undefined
  readonly indices: Uint32Array
}

const named = { validationError: 'validation', testError: 'test' } as const

/** Measures how a model does on the splits of its data. */
export class Evaluator {
  readonly #calls: Calls
  readonly #splits: Readonly<Record<Split, Chosen>>

  constructor(calls: Calls, splits: Readonly<Record<Split, Chosen>>) {
    this.#calls = calls
    this.#splits = splits
  }

  /** The first `most` of a split. Throws `UsageError` where there are none. */
  examples(split: Split, most: number): { data: DataSet; examples: Uint32Array } {
    const { data, indices } = this.#splits[split]
    if (data === undefined || indices.length === 0) {
      throw new UsageError(`the run has no ${split} examples`)
    }
    return { data, examples: indices.subarray(0, most) }
  }

  /** On the first `most`, or all. Undefined where there is no set, or it was stopped. */
  async evaluate(
    split: Split,
    stopped = () => false,
    most?: number,
  ): Promise<Evaluation | undefined> {
    const { data, indices } = this.#splits[split]
    if (data === undefined) return undefined
    const examples = indices.subarray(0, most)
    const sums = await this.#calls.all({ phase: 'evaluate', data, examples, stopped })
    if (sums === undefined) return undefined
    const mean = (metric: string): number => sums.sum(metric) / examples.length
    return { error: mean('errors'), loss: mean('loss'), examples: examples.length }
  }

  /** Of the splits set aside, likewise. Undefined where it was stopped before the end. */
  async errors(stopped = () => false, most?: number): Promise<Errors | undefined> {
    const found: { validationError?: number; testError?: number } = {}
    for (const [name, split] of Object.entries(named) as [keyof Errors, Split][]) {
      if (this.#splits[split].indices.length === 0) continue
      const evaluation = await this.evaluate(split, stopped, most)
      if (evaluation === undefined) return undefined
      found[name] = evaluation.error
    }
    return found
  }
}
