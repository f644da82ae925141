import type { Job, Parameters, Result } from './job.js'
import type { Standing } from './pruners/pruner.js'

type Writable<T> = { -readonly [K in keyof T]: T[K] }

/** A decision of a study: to take a configuration from one rung to the next, in all its repeats. */
export interface Task {
  /** The decision's place in the order of decisions, from 0. */
  readonly slot: number
  readonly configuration: number
  readonly parameters: Parameters
  /** From 0. */
  readonly rung: number
  /** Epochs. */
  readonly from: number
  readonly to: number
  /** Whether `to` is all of a training. */
  readonly last: boolean
}

/** A task with what is known of its trials. */
export class OpenTask {
  readonly task: Task
  readonly #results: (Result | undefined)[]
  #known = 0
  /** What pruners see of it, once it counts in decisions. */
  standing: Writable<Standing> | undefined

  constructor(task: Task, repeats: number) {
    this.task = task
    this.#results = Array.from({ length: repeats }, () => undefined)
  }

  /** One for each repeat whose result is not known. */
  jobs(): Job[] {
    const { configuration, parameters, from, to, last } = this.task
    const repeats = this.#results.length
    return this.#results.flatMap((result, repeat) => {
      if (result !== undefined) return []
      const trial = configuration * repeats + repeat
      return [{ trial, configuration, repeat, parameters, from, to, last }]
    })
  }

  get complete(): boolean {
    return this.#known === this.#results.length
  }

  result(repeat: number): Result | undefined {
    return this.#results[repeat]
  }

  /** Undefined takes a result back. */
  set(repeat: number, result: Result | undefined): void {
    this.#known += Number(result !== undefined) - Number(this.#results[repeat] !== undefined)
    this.#results[repeat] = result
  }

  /** Those of its trials; undefined where one failed. */
  values(): number[] | undefined {
    const values = this.#results.map((result) =>
      result !== undefined && 'value' in result ? result.value : NaN,
    )
    return values.some((value) => Number.isNaN(value)) ? undefined : values
  }
}
