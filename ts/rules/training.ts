import type { Block } from '../network/index.js'
import type { Tap } from './rule.js'
import type { Matrix, Signal } from './signals.js'

/** One run of examples through the network, and what it leaves behind. */
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
  /** The same before pooling and dropout. */
  readonly activation: (block: number) => Signal
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
  /** Written over the first inputs: the example's own label, another one, or a class. */
  readonly label?: 'right' | 'wrong' | number
  /** Divides what every block is given by its root mean square, and leaves out the last block. */
  readonly goodness?: boolean
}

export interface Lesson {
  readonly signal: Signal
  /** `output` unless told. */
  readonly tap?: Tap
  /** The pass at whose activity the block learns; the first one unless told. */
  readonly at?: Pass
  /** Whether the bias learns too; it does unless told. */
  readonly bias?: boolean
}

/** How a matrix other than a weight is trained: by plain gradient descent at a rate of its own. */
export interface Practice {
  /** What the matrix was given, and the delta of what it made of it. */
  readonly x: Signal
  readonly delta: Signal
  readonly learningRate: number
  /** Of the gradient; −1 unless told otherwise makes products grow alike. */
  readonly scale: number
  /** λ of the matrix. */
  readonly decay: number
}

/**
 * What a rule says a step of training in. What is asked for happens in that order, but lessons
 * and what is done `every` so many steps come last.
 */
export interface Training {
  readonly blocks: readonly Block[]
  /** The hidden ones, from the input side. */
  readonly hidden: readonly number[]
  readonly classes: number
  pass(options?: PassOptions): Pass
  /** Teaches a block; says nothing where the signal is `none`. */
  learn(block: number, lesson: Lesson): void
  /** Normal noise of the layout of a block's input. */
  noise(block: number, deviation: number): Signal
  /** x · W of a block, without its bias and its parts. */
  linear(block: number, x: Signal): Signal
  /** A whole block on x. */
  run(block: number, x: Signal): Signal
  /** Trains a matrix that carries signals. */
  practise(matrix: Matrix, practice: Practice): void
  /** Trains a block's decoder to make `target` of x. */
  restore(block: number, x: Signal, target: Signal, learningRate: number): void
  /** Does the body's work every so many steps, after the lessons. */
  every(steps: number, body: () => void): void
  /**
   * Of a block in a pass, σ(Σh² − width) against right (1) or wrong (0): the derivative of the
   * binary cross-entropy by h.
   */
  goodness(block: number, pass: Pass, right: boolean): Signal
  /** Adds a block's goodness to the score of a class. */
  score(block: number, pass: Pass, label: number): void
  /** Counts as wrong the examples whose highest score is not their label's. */
  classify(): void
}
