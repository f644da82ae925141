import type { Examples } from '../examples.js'

/** A data set loaded. */
export interface Loaded {
  readonly name: string
  /** Whether it is a part of the set only, too little for an error rate. */
  readonly sample: boolean
  readonly train: Examples
  readonly test: Examples
}

/** A data set known by name. */
export interface DataSource {
  readonly name: string
  readonly title: string
  readonly terms: string
  /** The folder or file that it would be read from; undefined where there is none. */
  readonly locate: (dataDir?: string) => string | undefined
  /** Throws `FeedalignError` where it is not found or damaged. */
  readonly load: (dataDir?: string) => Promise<Loaded>
}
