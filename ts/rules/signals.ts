/**
 * Signals: what is computed for each example of a step and taught to a block, as descriptions. The
 * compiler turns them into ops; nothing here holds a number of the training.
 */
declare const signalBrand: unique symbol
declare const matrixBrand: unique symbol

/** Branded, so that arithmetic on it is a type error: combine signals with `add`, `scale`. */
export type Signal = SignalNode & { readonly [signalBrand]: 'combine with add() or scale()' }

/** A matrix that carries a signal. */
export type Matrix = MatrixNode & { readonly [matrixBrand]: 'a matrix of the engine' }

/** Something that a pass leaves behind, one row per example. */
export type RowsNode =
  /**
   * `error` is y − y*, `delta` dL/da, `target` y*, each [n × outputs]; `loss` [n × 1]; `input` the
   * network's, [n × inputs].
   */
  | { readonly of: 'error' | 'delta' | 'target' | 'loss' | 'input'; readonly pass: string }
  /** A block's output, the same before pooling and dropout, the noise added to its linear map's. */
  | {
      readonly of: 'output' | 'activation' | 'noise'
      readonly pass: string
      readonly block: number
    }
  /** Anything else, by its name in the engine. */
  | { readonly of: 'named'; readonly name: string; readonly width: number }

export type SignalNode =
  | { readonly kind: 'none' }
  | { readonly kind: 'rows'; readonly rows: RowsNode }
  | { readonly kind: 'through'; readonly above: number; readonly matrix: Matrix }
  | { readonly kind: 'direct'; readonly from: Signal; readonly matrix: Matrix }
  | { readonly kind: 'add'; readonly terms: readonly Signal[] }
  | { readonly kind: 'scale'; readonly factor: number; readonly of: Signal }
  | { readonly kind: 'sign'; readonly of: Signal }
  | { readonly kind: 'rowScale'; readonly of: Signal; readonly by: Signal }
  | { readonly kind: 'decode'; readonly block: number; readonly of: Signal }
  | { readonly kind: 'keep'; readonly of: Signal }

/** How a matrix comes from the weight that it stands in for. */
export type Mirroring =
  /** sign(W) times the deviation of the matrix that would be drawn. */
  | { readonly how: 'sign' }
  /** sign(W) ⊙ |magnitude|, drawn once, or anew at every step. */
  | { readonly how: 'copysign'; readonly magnitude: 'fixed' | 'fresh' }
  /** Takes every step that W takes; both shrink by `decay` at each. */
  | { readonly how: 'add'; readonly decay: number }
  /** The transposed Moore-Penrose pseudoinverse of W, made anew every so many steps. */
  | { readonly how: 'pseudoinverse'; readonly every: number }

export type MatrixNode =
  | {
      readonly kind: 'weights' | 'fixed' | 'direct' | 'learned' | 'inverse'
      readonly block: number
    }
  | { readonly kind: 'mirror'; readonly block: number; readonly mirroring: Mirroring }

const signal = (node: SignalNode): Signal => node as Signal
const matrix = (node: MatrixNode): Matrix => node as Matrix

/** No signal: the block does not learn. */
export const none = (): Signal => signal({ kind: 'none' })

/** What a pass left behind. */
export const rows = (node: RowsNode): Signal => signal({ kind: 'rows', rows: node })

/** delta of the block above · Mᵀ, M of the shape of that block's weight. */
export const through = (above: number, m: Matrix): Signal =>
  signal({ kind: 'through', above, matrix: m })

/** A signal [n × classes] · D, D [classes × width]. */
export const direct = (from: Signal, m: Matrix): Signal =>
  signal({ kind: 'direct', from, matrix: m })

/** The sum of signals. */
export const add = (...terms: Signal[]): Signal => signal({ kind: 'add', terms })

/** A signal times a number. */
export const scale = (factor: number, of: Signal): Signal => signal({ kind: 'scale', factor, of })

/** −1, 0 or 1, element by element. */
export const sign = (of: Signal): Signal => signal({ kind: 'sign', of })

/** Each row of a signal [n × width] times that of `by` [n × 1]. */
export const rowScale = (of: Signal, by: Signal): Signal => signal({ kind: 'rowScale', of, by })

/** What a block's decoder makes of the block's output: its guess of the output below. */
export const decode = (block: number, of: Signal): Signal => signal({ kind: 'decode', block, of })

/** The same signal, computed once however often it is used. */
export const keep = (of: Signal): Signal => signal({ kind: 'keep', of })

/** The block's own weight: what backpropagation carries errors with. */
export const weights = (block: number): Matrix => matrix({ kind: 'weights', block })

/** A fixed random matrix of the shape of the block's weight. */
export const fixed = (block: number): Matrix => matrix({ kind: 'fixed', block })

/** A matrix of the shape of the block's weight that follows it; see `Mirroring`. */
export const mirror = (block: number, mirroring: Mirroring): Matrix =>
  matrix({ kind: 'mirror', block, mirroring })

/** A matrix of the shape of the block's weight that the rule itself trains. */
export const learned = (block: number): Matrix => matrix({ kind: 'learned', block })

/** The transposed pseudoinverse of the block's weight as it is now: in the probe alone. */
export const inverse = (block: number): Matrix => matrix({ kind: 'inverse', block })

/** The network's input, as what a direct matrix leads to. */
export const INPUT = -1

/** A fixed random matrix [classes × width] from the output to the block, or to the input. */
export const D = (block: number): Matrix => matrix({ kind: 'direct', block })
