import type { NumericArray } from '../elements.js'

/** An array and where it stands, as errors name it. */
export interface Placed {
  readonly array: NumericArray
  readonly place: string
}

/** Inputs [n × …] and targets [n] or [n × k]. */
export interface Part {
  readonly x: Placed
  readonly y: Placed
}

/** A user's own data as arrays. */
export interface Parts {
  readonly train: Part
  /** Absent where all is one part. */
  readonly test?: Part
  /** Whether numbers come from text, which has no types: whole ones may be labels. */
  readonly untyped?: boolean
  /** What is worth telling, for `data info`. */
  readonly about?: Readonly<Record<string, unknown>>
}
