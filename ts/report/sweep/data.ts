/**
 * What a page's script is given: it is held by the page as JSON. This file and what it imports are
 * read by a browser's types too, so they must not ask for Node's.
 */
import type { Value } from '../../sweep/job.js'

export interface PageData {
  readonly metric: Figure
  readonly minimise: boolean
  readonly parameters: readonly ReportParameter[]
  /** The best first. */
  readonly configurations: readonly PageConfiguration[]
  /** Those that some configuration has a curve of. */
  readonly figures: readonly Figure[]
}

/** The figures that learning curves are of, in the order in which they are offered. */
export const figures = ['validationError', 'trainError', 'trainLoss', 'testError'] as const
export type Figure = (typeof figures)[number]

/** A parameter and where its values may lie. */
export type ReportParameter =
  | { readonly name: string; readonly kind: 'choice'; readonly choices: readonly Value[] }
  | {
      readonly name: string
      readonly kind: 'number'
      readonly min: number
      readonly max: number
      readonly log: boolean
      /** Whether all values are whole numbers. */
      readonly int: boolean
    }

export interface PageConfiguration {
  readonly configuration: number
  /** By parameter; null where there is none. */
  readonly values: readonly (Value | null)[]
  readonly value: number | null
  readonly state: State
  readonly epochs: number
  readonly trials: readonly PageTrial[]
  readonly curves: Readonly<Partial<Record<Figure, Curve>>>
}

export const states = ['completed', 'pruned', 'queued', 'interrupted', 'running', 'failed'] as const
export type State = (typeof states)[number]

/** One training. */
export interface PageTrial {
  readonly trial: number
  readonly seed: number
  readonly state: State
  /** After the last epoch, as it is; null where there is none. */
  readonly metric: number | null
  /** Trained so far. */
  readonly epochs: number
  /** One line, where it failed. */
  readonly error?: string
}

/** A figure over epochs, of all repeats of a configuration. */
export interface Curve {
  readonly epochs: readonly number[]
  /** By epoch, of the repeats that have come to it. */
  readonly mean: readonly number[]
  /** Standard deviation of a sample; null where there are fewer than two. */
  readonly deviation: readonly (number | null)[]
}
