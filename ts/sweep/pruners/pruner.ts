import type * as v from 'valibot'
import type { Choosable } from '../choice.js'

/** A configuration at a rung, where it waits, or from where it was taken on. */
export interface Standing {
  readonly configuration: number
  /** Its place in the configuration's rungs, from 0. */
  readonly rung: number
  readonly epochs: number
  /** Lower is better, whatever the metric; infinite where a trial of it failed. */
  readonly value: number
  /** Whether it was taken on to the next rung already. */
  readonly promoted: boolean
  /** Whether there is no next one. */
  readonly last: boolean
}

/** Decides which configurations are trained on; what is not taken on is pruned. */
export interface Pruner {
  /**
   * Epochs after which a configuration is judged: ascending whole numbers, of which the last is
   * `epochs`, all of a training. The same for the same arguments.
   */
  readonly rungs: (configuration: number, epochs: number) => readonly number[]
  /**
   * The one to take on to its next rung now; undefined where none deserves it. `standings` are in
   * the order in which they became known.
   */
  readonly next: (standings: readonly Standing[]) => Standing | undefined
}

/** Whether a pruner may choose it. */
export function mayGoOn({ promoted, last, value }: Standing): boolean {
  return !promoted && !last && value < Infinity
}

/** Defines a pruner: its options, each with a default, and what is made of them. */
export function pruner<
  const S extends v.StrictObjectSchema<Readonly<Record<string, v.GenericSchema>>, undefined>,
>(definition: Choosable<Pruner, S>): Choosable<Pruner> {
  // The schema has checked what `make` is called with.
  return definition as unknown as Choosable<Pruner>
}
