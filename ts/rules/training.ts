import type { Block } from '../network/index.js'
import type { Tap } from './rule.js'
import type { Signal } from './signals.js'

/** One run of examples through the network, or through some of it, and what it leaves behind. */
export interface Pass {
  /** Empty for the first pass of a step. */
  readonly name: string
  /** [n × inputs] */
  readonly input: Signal
  /** y − y*, dL/da and y*, each [n × outputs]; the loss [n × 1]. */
  readonly error: Signal
  readonly delta: Signal
  readonly target: Signal
  readonly loss: Signal
  /** Output of a block, after all its parts. */
  readonly output: (block: number) => Signal
  /** What was added to the output of a block's linear map. */
  readonly noise: (block: number) => Signal
}

export interface PassOptions {
  /** Tells a step's passes apart; the first one needs none. */
  readonly name?: string
  /** Instead of the examples themselves. */
  readonly input?: Signal
  /** Normal noise of this deviation on the output of every linear map. */
  readonly noise?: number
}

export interface Lesson {
  readonly signal: Signal
  /** `output` unless told. */
  readonly tap?: Tap
  /** The pass at whose activity the block's derivatives are taken; the first one unless told. */
  readonly at?: Pass
  /** What the block's linear map was given; unless told what it was in that pass. */
  readonly input?: Signal
  /** Whether the bias learns too; it does unless told. */
  readonly bias?: boolean
}

/** What a rule says a step of training in. */
export interface Training {
  readonly blocks: readonly Block[]
  /** The hidden ones, from the input side. */
  readonly hidden: readonly number[]
  pass(options?: PassOptions): Pass
  /** Teaches a block; says nothing where the signal is `none`. */
  learn(block: number, lesson: Lesson): void
}
