/**
 * What networks are made of: a block is one linear map, then its local parts in order.
 *
 * Everything local is differentiated exactly; learning rules differ in the signal that arrives at
 * a block. Layouts are [width], or [height, width, channels] with channels last.
 */
import type { Conv2d } from './linear/conv2d.js'
import type { Dense } from './linear/dense.js'
import type { Local2d } from './linear/local2d.js'
import type { ActivationPart } from './parts/activation.js'
import type { BatchNorm } from './parts/batchNorm.js'
import type { Dropout } from './parts/dropout.js'
import type { Maxout } from './parts/maxout.js'
import type { Pool } from './parts/pool.js'

/** One layout of units: [width] or [height, width, channels]. */
export type Layout = readonly number[]

/** a = x · W + b. */
export type LinearMap = Dense | Local2d | Conv2d

/** What follows a linear map, unit by unit or place by place. */
export type Part = ActivationPart | Maxout | Pool | Dropout | BatchNorm

export interface Block {
  readonly linear: LinearMap
  /** In order, from the linear map's output up. */
  readonly parts: readonly Part[]
}

export interface Network {
  /** Layout of an example. */
  readonly shape: Layout
  /** What is done to examples while training; nothing unless told. */
  readonly corruption?: Corruption
  /** From the input side up; the last one's output is that of the network. */
  readonly blocks: readonly Block[]
}

export interface Corruption {
  /** Each input is zero with this probability, the others grow by 1 / (1 − rate); 0 to below 1. */
  readonly dropout: number
  /** Deviation of the normal noise that is added after that, in units of the scaled inputs. */
  readonly noise: number
}

/** Units of a layout. */
export const unitsOf = (layout: Layout): number => layout.reduce((product, n) => product * n, 1)

/** What a linear map makes of a layout. */
export interface Mapped {
  /** Of its output. */
  readonly linear: Layout
  /** [rows × columns] of W: inputs that a unit sees × columns of a. */
  readonly weight: readonly [number, number]
  /** Inputs that one unit sees. */
  readonly fanIn: number
  /** Units that see one input, borders aside. */
  readonly fanOut: number
}

/** What a block function is given after its sizes: activations by name, and other parts. */
export type PartOrName = Part | string
