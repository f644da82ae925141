/** A table to make again: what is trained, row by row, and what its source found. */
export interface Experiment {
  /** On the command line. */
  readonly name: string
  readonly title: string
  /** Where the published figures stand, if any are. */
  readonly source?: string
  /** What a reader of the table should know. */
  readonly about: string
  /** Of every row, by configuration key. */
  readonly settings: Readonly<Record<string, unknown>>
  readonly seeds: readonly number[]
  readonly rows: readonly ExperimentRow[]
  /** Whether the seconds of an epoch belong in the table. */
  readonly timed?: boolean
}

export interface ExperimentRow {
  /** Letters, digits and dashes: it names files too. */
  readonly name: string
  /** Those of its own, by configuration key; never `data` or `seed`. */
  readonly settings: Readonly<Record<string, unknown>>
  /** The test error that the source has, a fraction. */
  readonly published?: number
}
