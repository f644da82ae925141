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
}

/** Decides which configurations are trained on; what is not taken on is pruned. */
export interface Pruner {
  readonly name: string
  /**
   * Epochs after which a configuration is judged: ascending whole numbers, of which the last is
   * `epochs`, all of a training. The same for the same arguments.
   */
  readonly rungs: (configuration: number, epochs: number) => readonly number[]
  /**
   * The one to take on to its next rung now, of those not promoted, not at their last rung and of
   * finite value; undefined where none deserves it. `standings` are in the order in which they
   * became known.
   */
  readonly next: (standings: readonly Standing[]) => Standing | undefined
}
