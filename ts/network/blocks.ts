/**
 * What networks are made of: a block is one linear map, then its local parts in order.
 *
 * Everything local is differentiated exactly; learning rules differ in the signal that arrives at
 * a block. Layouts are [width], or [height, width, channels] with channels last.
 */
import type { Activation } from '../engine/program.js'

/** One layout of units: [width] or [height, width, channels]. */
export type Layout = readonly number[]

/** a = x · W + b. */
export type LinearMap =
  /** W [inputs × width]. */
  { readonly kind: 'dense'; readonly width: number }

/** What follows a linear map, unit by unit or place by place. */
export type Part =
  | { readonly kind: 'activation'; readonly activation: Activation }
  /** The highest of `pieces` neighbours: unit j has those from j · pieces on. */
  | { readonly kind: 'maxout'; readonly pieces: number }
  /** Over windows of `size` places, `stride` apart, per channel. */
  | {
      readonly kind: 'maxPool' | 'averagePool'
      readonly size: readonly [number, number]
      readonly stride: readonly [number, number]
    }
  /** Each unit is zero with probability `rate` while training, the others grow by 1 / (1 − rate). */
  | { readonly kind: 'dropout'; readonly rate: number }
  /** Per unit, or per channel of a layout; running statistics move by `momentum` a step. */
  | { readonly kind: 'batchNorm'; readonly momentum: number; readonly epsilon: number }

export interface Block {
  readonly linear: LinearMap
  /** In order, from the linear map's output up. */
  readonly parts: readonly Part[]
}

export interface Network {
  /** Layout of an example. */
  readonly shape: Layout
  /** From the input side up; the last one's output is that of the network. */
  readonly blocks: readonly Block[]
}

/** Units of a layout. */
export const unitsOf = (layout: Layout): number => layout.reduce((product, n) => product * n, 1)
