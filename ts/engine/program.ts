// Generated from crates/engine/src/program.rs by `npm run generate`.

export type Program = {
  /**
   * The version of the vocabulary: 1.
   */
  format: number
  /**
   * Arithmetic of the matrix products.
   */
  precision: Precision
  /**
   * The most rows that a step of any phase holds, 1 to 65,536.
   */
  batch: number
  tensors: Array<Tensor>
  phases: Array<Phase>
}

export type Precision = 'f32' | 'bf16'

export type Tensor = {
  /**
   * Unique in the Program, as `blocks.0.weight`.
   */
  name: string
  role: Role
  /**
   * Of the whole tensor; for roles `rows` and `labels`, of one example.
   */
  shape: Array<number>
  init: Init
  structure: Structure
  grid: Grid
}

export type Role =
  'weight' | 'bias' | 'feedback' | 'direct' | 'state' | 'statistic' | 'scratch' | 'rows' | 'labels'

export type Init =
  | { kind: 'zeros' }
  | { kind: 'constant'; value: number }
  | { kind: 'uniform'; range: number; stream: Stream; index: number }
  | { kind: 'normal'; deviation: number; stream: Stream; index: number }
  | { kind: 'copy'; of: string }
  | { kind: 'rotated'; of: string; degrees: number; factor: number; stream: Stream; index: number }

export type Stream = 'weights' | 'feedback' | 'order' | 'dropout' | 'augmentation' | 'noise'

export type Structure =
  | { kind: 'dense' }
  | { kind: 'panelSparse'; rows: Array<Array<number>> }
  | { kind: 'panelDrawn'; density: number; stream: Stream; index: number }
  | { kind: 'elementDrawn'; density: number; stream: Stream; index: number }
  | {
      kind: 'local2d'
      /**
       * Height, width, channels of the senders, channels next to each other.
       */
      below: [number, number, number]
      /**
       * Height, width, units a place of the receivers, units next to each other.
       */
      layout: [number, number, number]
      /**
       * Height and width, at least 1, at most those of `below`.
       */
      field: [number, number]
    }

export type Grid = 'f32' | 'bf16' | 'int8' | 'sign' | 'ternary'

export type Phase = {
  /**
   * Unique in the Program: `train`, `evaluate`, `probe`, or a rule's own. The engine itself runs
   * `derive`, of ops derive and noise, whenever weights come from elsewhere than a step.
   */
  name: string
  /**
   * Whether a step of this phase advances the session's step counter.
   */
  advances: boolean
  /**
   * Names of the per-step values that `run` is given, in the order of a step's values.
   */
  knobs: Array<string>
  /**
   * Names of the per-step f64 sums that `run` returns, in the order of a step's values.
   */
  metrics: Array<string>
  ops: Array<Instruction>
}

export type Instruction = { enabled?: Scalar } & (
  | ({ op: 'gather' } & Gather)
  | ({ op: 'overlay' } & Overlay)
  | ({ op: 'linear' } & Linear)
  | ({ op: 'project' } & Project)
  | ({ op: 'update' } & Update)
  | ({ op: 'step' } & Step)
  | ({ op: 'local' } & Local)
  | ({ op: 'localBackward' } & LocalBackward)
  | ({ op: 'loss' } & Loss)
  | ({ op: 'goodness' } & Goodness)
  | ({ op: 'classify' } & Classify)
  | ({ op: 'combine' } & Combine)
  | ({ op: 'rowScale' } & RowScale)
  | ({ op: 'noise' } & Noise)
  | ({ op: 'derive' } & Derive)
  | ({ op: 'measure' } & Measure)
  | ({ op: 'measureUpdates' } & MeasureUpdates)
  | ({ op: 'saturation' } & Saturation)
  | ({ op: 'clip' } & Clip)
)

export type Scalar = number | { knob: string }

export type Op =
  | ({ op: 'gather' } & Gather)
  | ({ op: 'overlay' } & Overlay)
  | ({ op: 'linear' } & Linear)
  | ({ op: 'project' } & Project)
  | ({ op: 'update' } & Update)
  | ({ op: 'step' } & Step)
  | ({ op: 'local' } & Local)
  | ({ op: 'localBackward' } & LocalBackward)
  | ({ op: 'loss' } & Loss)
  | ({ op: 'goodness' } & Goodness)
  | ({ op: 'classify' } & Classify)
  | ({ op: 'combine' } & Combine)
  | ({ op: 'rowScale' } & RowScale)
  | ({ op: 'noise' } & Noise)
  | ({ op: 'derive' } & Derive)
  | ({ op: 'measure' } & Measure)
  | ({ op: 'measureUpdates' } & MeasureUpdates)
  | ({ op: 'saturation' } & Saturation)
  | ({ op: 'clip' } & Clip)

export type Gather = {
  /**
   * Rows [I].
   */
  input: string
  /**
   * Labels, or rows [C] for float targets; absent where targets do not matter.
   */
  targets?: string
  scale: number
  shift: number
  augment?: Augment
}

export type Overlay = { x: string; label: LabelSource; classes: number; out: string }

export type Linear = {
  x: string
  weight: string
  bias?: string
  out: string
  activation: Activation
  /**
   * Rows [O] added before the activation.
   */
  noise?: string
  accumulate: boolean
  patches?: Patches
}

export type Project = {
  delta: string
  matrix: string
  transpose: boolean
  out: string
  gate?: Gate
  accumulate: boolean
  patches?: Patches
}

export type Update = {
  weight: string
  x: string
  delta: string
  bias?: string
  reduction: Reduction
  scale: number
  optimizer: Optimizer
  /**
   * A factor on the learning rate; 1 unless told.
   */
  factor?: number
  /**
   * The most that an element of the gradient may be, before decay: beyond ±clipValue it is cut.
   */
  clipValue?: number
  /**
   * λ of the weight; biases do not decay.
   */
  weightDecay: Scalar
  /**
   * The most that the norm of a column of the weight, without the bias, may be after the step:
   * longer ones are scaled down to it.
   */
  maxNorm?: number
  /**
   * A second matrix of the weight's shape that takes the same step.
   */
  mirror?: Mirror
  patches?: Patches
}

export type Step = {
  vector: string
  gradient: string
  reduction: Reduction
  optimizer: Optimizer
  /**
   * A factor on the learning rate; 1 unless told.
   */
  factor?: number
  /**
   * The most that an element of the gradient may be, before decay: beyond ±clipValue it is cut.
   */
  clipValue?: number
}

export type Local = {
  part: LocalPart
  x: string
  out: string
  saved: Array<string>
  /**
   * Batch statistics and dropout in training; running statistics and none otherwise.
   */
  training: boolean
}

export type LocalBackward = {
  part: LocalPart
  delta: string
  out: string
  saved: Array<string>
  training: boolean
  /**
   * Of batch norm, where its parameters learn: [gain's, shift's], rows of [channels], each
   * example's gradient, summed over positions; what `step` takes.
   */
  gradients?: [string, string]
}

export type Loss = {
  kind: LossKind
  /**
   * Rows [C]: the last block's linear output; not `y` itself.
   */
  a: string
  y: string
  targets: string
  delta?: string
  error?: string
  /**
   * Rows [C] that receive y*: labels as one-hot.
   */
  target?: string
  /**
   * Rows []: the loss of each example.
   */
  perExample?: string
  /**
   * Metrics [sum of losses, wrong rows].
   */
  metrics: [string, string]
}

export type Goodness = {
  h: string
  threshold: number
  positive: boolean
  delta?: string
  /**
   * Gains the sum of the cross-entropies.
   */
  metric?: string
  /**
   * Rows [classes] whose column gains Σh².
   */
  score?: ScoreColumn
}

export type Classify = { scores: string; targets: string; metric: string }

export type Combine = { terms: Array<Term>; out: string }

export type RowScale = { x: string; by: string; out: string }

export type Noise = { out: string; distribution: Distribution; stream: Stream; index: number }

export type Derive = { from: string; into: string; how: Derivation }

export type Measure = { a: string; b: string; metrics: [string, string, string] }

export type MeasureUpdates = {
  /**
   * At least one; so of `b`.
   */
  a: Array<Pair>
  b: Array<Pair>
  metrics: [string, string, string]
}

export type Saturation = { h: string; activation: Activation; below: number; metric: string }

export type Clip = {
  pairs: Array<Pair>
  norm: Scalar
  /**
   * Of which gradients the norm is: with `mean` they are divided by n.
   */
  reduction: Reduction
}

export type Activation =
  | { kind: 'identity' }
  | { kind: 'tanh' }
  | { kind: 'sigmoid' }
  | { kind: 'relu' }
  | {
      kind: 'leakyRelu'
      /**
       * f(a) = slope · a below zero; 0 < slope < 1.
       */
      slope: number
    }
  | { kind: 'hardTanh' }
  | { kind: 'softplus' }

export type Gate = { h: string; activation: Activation }

export type Patches = {
  height: number
  width: number
  channels: number
  /**
   * Down, across; at least 1 and no more than the input with its padding.
   */
  kernel: [number, number]
  /**
   * At least 1.
   */
  stride: [number, number]
  /**
   * Less than the kernel.
   */
  padding: [number, number]
}

export type Reduction = 'mean' | 'sum'

export type Optimizer =
  | {
      kind: 'sgd'
      learningRate: Scalar
      momentum: Scalar
      nesterov: boolean
      /**
       * v of the weight; absent where there is no momentum.
       */
      velocity?: string
      /**
       * v of the bias.
       */
      biasVelocity?: string
    }
  | {
      kind: 'adaptive'
      learningRate: Scalar
      /**
       * β₁, 0 to below 1.
       */
      first: number
      /**
       * β₂, 0 to below 1.
       */
      second: number
      /**
       * ε above 0.
       */
      epsilon: number
      /**
       * The update's decay is W ← W − learningRate · λW, not part of g: AdamW.
       */
      decoupled: boolean
      /**
       * A state [1] that counts these updates, t, for m̂ = m / (1 − β₁ᵗ), v̂ = v / (1 − β₂ᵗ);
       * without it m̂ = m, v̂ = v.
       */
      count?: string
      moments: Moments
      /**
       * Those of the bias.
       */
      biasMoments?: Moments
    }

export type Moments = {
  /**
   * m; absent where β₁ = 0.
   */
  first?: string
  /**
   * v.
   */
  second: string
}

export type Mirror = {
  into: string
  /**
   * λ: W ← (W − λW) − step and M ← (M − λM) − step, with the step that the optimizer makes for
   * W. The update itself then has no weight decay.
   */
  decay: Scalar
}

export type LocalPart =
  | { kind: 'activation'; activation: Activation }
  | {
      kind: 'maxout'
      /**
       * At least 1.
       */
      pieces: number
    }
  | { kind: 'maxPool'; patches: Patches }
  | { kind: 'averagePool'; patches: Patches }
  | {
      kind: 'dropout'
      /**
       * 0 ≤ rate < 1.
       */
      rate: number
      index: number
    }
  | {
      kind: 'batchNorm'
      /**
       * All four [channels]: two biases, two statistics.
       */
      gain: string
      shift: string
      mean: string
      variance: string
      momentum: number
      epsilon: number
    }
  | { kind: 'rmsNorm'; epsilon: number }

export type LossKind =
  | { kind: 'crossEntropy' }
  | { kind: 'binaryCrossEntropy' }
  | {
      kind: 'meanSquaredError'
      /**
       * The output function, whose derivative enters delta but not error.
       */
      output: Activation
    }

export type LabelSource =
  | { kind: 'target'; targets: string }
  | { kind: 'wrong'; targets: string; index: number }
  | { kind: 'class'; class: number }

export type ScoreColumn = { into: string; column: number }

export type Term = {
  tensor: string
  factor: Scalar
  /**
   * Take the sign (−1, 0, 1) of each element instead of the element.
   */
  sign: boolean
}

export type Pair = {
  x: string
  delta: string
  /**
   * Whether there is a bias, whose gradient is the sum of delta's rows.
   */
  bias: boolean
}

export type Distribution =
  { kind: 'uniform'; range: number } | { kind: 'normal'; deviation: number }

export type Derivation =
  | { kind: 'copy' }
  | { kind: 'sign'; factor: number }
  | { kind: 'copySign'; magnitude: string }
  | { kind: 'pseudoinverse' }

export type Augment = {
  height: number
  width: number
  channels: number
  /**
   * Number of the pass over the data, 0 to 2²⁴.
   */
  epoch: Scalar
  /**
   * Largest shift along either axis, in pixels, whole or not.
   */
  shift: number
  /**
   * Largest shift along either axis by whole pixels, each number of them as likely: what a crop
   * at random amounts to, out of an image with so many pixels of zeros around it.
   */
  crop: number
  /**
   * Largest rotation, in degrees, 0 to 180.
   */
  rotation: number
  /**
   * Largest relative change of size, 0 to 0.95.
   */
  zoom: number
  /**
   * Largest shear, in degrees, 0 to 80.
   */
  shear: number
  /**
   * Amplitude (standard deviation of a displacement) and smoothness (deviation of the Gaussian)
   * of an elastic distortion, in pixels.
   */
  elastic: [number, number]
}
