/** What to make. */
export interface Making {
  /** To train on; those to test come on top, in the set's own proportion. */
  readonly examples: number
  /** Made where there is none. */
  readonly folder: string
  /** The same seed makes the same files. */
  readonly seed: number
  readonly signal?: AbortSignal | undefined
  readonly onProgress?: ((done: number, of: number) => void) | undefined
}

/** Makes a data set that stands in for one that may not be at hand, in its files' format. */
export interface Maker {
  /** Also the set's: what is made is never called by the name of the one it stands in for. */
  readonly name: string
  readonly title: string
  /** Throws `FeedalignError` where the files cannot be written; they are then not there. */
  readonly make: (how: Making) => Promise<void>
}
