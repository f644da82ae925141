import type { FeedbackOptions } from '../compile/feedbackOptions.js'
import type { WeightOptions } from '../compile/tensors.js'
import type { Examples } from '../data/examples.js'
import type { InputScaling } from '../data/scaling.js'
import type { EngineName, Session } from '../engine/index.js'
import type { Precision, Reduction } from '../engine/program.js'
import type { Network } from '../network/index.js'
import type { Rule } from '../rules/index.js'
import type { Augmentation } from './augmentation.js'
import type { BlockDiagnostics } from './diagnostics.js'
import type { TrainingEvent } from './events.js'
import type { Freeze } from './freezing.js'
import type { Loss } from './losses.js'
import type { Optimizer } from './optimizers.js'
import type { SaveEvery } from './saving.js'

/** What a run is asked for. */
export interface FitOptions extends FeedbackOptions, Partial<WeightOptions> {
  readonly network: Network
  readonly rule: Rule
  readonly data: Examples
  readonly test?: Examples
  /** Cross-entropy unless told. */
  readonly loss?: Loss
  /** SGD at the rule's default rate with cosine decay unless told. */
  readonly optimizer?: Optimizer
  /** At least 1; 10 unless told. */
  readonly epochs?: number
  /** Examples per step, 1 to 65,536; 64 unless told. */
  readonly batch?: number
  /** 0 to 2⁵³ − 1; 1 unless told. */
  readonly seed?: number
  /** Fraction of the data set aside, stratified; none unless told. */
  readonly validation?: number
  /** Cores available unless told; results do not depend on it. */
  readonly threads?: number
  /** Native where there is an addon, unless told; see `EngineName`. */
  readonly engine?: EngineName
  readonly inputScaling?: InputScaling
  readonly reduction?: Reduction
  /** Of the matrix products, f32 unless told; sums, weights and everything else are f32. */
  readonly precision?: Precision
  /**
   * A factor of at least 0 on the reach of the initial hidden weights; the rule's own unless told.
   */
  readonly weightScale?: number
  /** How training images are distorted; not at all unless told. */
  readonly augment?: Augmentation
  /**
   * Ends the run after the call at hand, as if its loop were left, but with `interrupted`. Asked
   * between calls of about a tenth of a second.
   */
  readonly signal?: Pick<AbortSignal, 'aborted'>
  /**
   * Ends the run after so many epochs without a better validation error, at least 1; needs
   * `validation`. None unless told.
   */
  readonly patience?: number
  /** Blocks that do not learn during some epochs; none unless told. */
  readonly freeze?: readonly Freeze[]
  /**
   * Whether blocks are measured before training and after every epoch, as they are unless told;
   * without, the events' `blocks` and `angles` are empty, and short epochs take less time.
   */
  readonly diagnostics?: boolean
  /** Folder of checkpoints; none are written without it. */
  readonly checkpoints?: string
  /**
   * With `epoch`, which it is unless told, `last` is written after every epoch, every minute within
   * one and where the run is left, `best` where the validation error is lowest. With `minute` there
   * is `last` alone, every minute and where the run is left before its end: for short runs.
   */
  readonly checkpointEvery?: SaveEvery
  /**
   * Go on from the last checkpoint in that folder, to the same bits as a run that never stopped.
   * It must be of the same network, rule, data, batch, seed and validation; epochs may be more.
   */
  readonly resume?: boolean
}

/** Which examples: those trained on, those set aside from them, those apart from the start. */
export type Split = 'train' | 'validation' | 'test'

/** How a model does on some examples. */
export interface Evaluation {
  /** Fraction. */
  readonly error: number
  /** Mean. */
  readonly loss: number
  /** Count. */
  readonly examples: number
}

/**
 * A run of training: iterate it, once, for its events. Leaving the loop ends training; then, as
 * after an abort, `last` is saved if there is a folder, and a run with `resume` can go on from it.
 */
export interface Run extends AsyncIterable<TrainingEvent>, Disposable {
  /** The session: live before, between events and after, until it is disposed of. */
  readonly model: Session
  /**
   * Brings back a checkpoint of the folder, before the run is iterated or after. Throws
   * `FeedalignError` where it does not fit.
   */
  readonly restore: (which: 'last' | 'best') => Promise<void>
  /** The model as it is now. Throws `UsageError` where the run has no such examples. */
  readonly evaluate: (split: Split) => Promise<Evaluation>
  /**
   * What the blocks are like now, by the first 1,000 examples of a split, or as many as told; with
   * pseudoinverse angles at blocks of any size, which is what takes time: seconds a block of
   * 1500 × 1500. Rules that draw noise draw that of a first step. For as long as it measures, it
   * takes a second copy of the model's memory. Throws `UsageError` where the run has no such
   * examples.
   */
  readonly probe: (split: Split, examples?: number) => Promise<readonly BlockDiagnostics[]>
  /** Frees the model and the engine's copy of the data. */
  [Symbol.dispose](): void
}
