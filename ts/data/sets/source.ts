import type { Examples } from '../examples.js'
import type { Located } from '../folders.js'
import type { DataOptions } from '../options.js'

/** A data set loaded. */
export interface Loaded {
  readonly name: string
  /** Whether it is a part of the set only, too little for an error rate. */
  readonly sample: boolean
  readonly train: Examples
  readonly test: Examples
  /** What belongs to this set alone, as plain data for `data info`: utterances, speakers. */
  readonly about?: Readonly<Record<string, unknown>>
  /** What whoever trains on it is to be told, as how examples for testing were chosen. */
  readonly note?: string
}

/** What to load. */
export interface How {
  /** The set's folder, or its parent; the usual folders unless told. */
  readonly dataDir?: string | undefined
  /** The set's own options, by name. */
  readonly options?: Readonly<Record<string, unknown>> | undefined
}

/** A data set known by name. */
export interface DataSource {
  readonly name: string
  readonly title: string
  readonly terms: string
  /** How it may be read; `none` where there is one way only. */
  readonly options: DataOptions
  /** Where it would be read from; undefined where it is not found. */
  readonly locate: (dataDir?: string) => Located | undefined
  /**
   * Throws `FeedalignError` where it is not found or damaged, `UsageError` where it has no such
   * option.
   */
  readonly load: (how?: How) => Promise<Loaded>
}
