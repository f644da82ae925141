/**
 * What rules are said in: signals, the matrices that carry them, and how they combine.
 *
 * A signal is a description, not a number; the compiler turns it into ops. It arrives at the
 * output of a block, and the block's own derivative is applied after it.
 */
declare const signalBrand: unique symbol
declare const matrixBrand: unique symbol

/** Branded, so that arithmetic on it is a type error: combine signals with `add`, `scale`. */
export type Signal = SignalNode & { readonly [signalBrand]: 'combine with add() or scale()' }

/** A matrix that carries a signal. */
export type Matrix = MatrixNode & { readonly [matrixBrand]: 'a matrix of the engine' }

/** What the output offers: y − y*, dL/da, or y*, each [n × classes]. */
export type OutputNode = 'error' | 'delta'

export type SignalNode =
  | { readonly kind: 'none' }
  | { readonly kind: 'through'; readonly above: number; readonly matrix: Matrix }
  | { readonly kind: 'direct'; readonly from: OutputNode; readonly matrix: Matrix }
  | { readonly kind: 'add'; readonly terms: readonly Signal[] }

export type MatrixNode = { readonly kind: 'weights' | 'fixed' | 'direct'; readonly block: number }

const signal = (node: SignalNode): Signal => node as Signal
const matrix = (node: MatrixNode): Matrix => node as Matrix

/** No signal: the block does not learn. */
export const none = (): Signal => signal({ kind: 'none' })

/** delta of the block above · Mᵀ, M of the shape of that block's weight. */
export const through = (above: number, m: Matrix): Signal =>
  signal({ kind: 'through', above, matrix: m })

/** A signal of the output · D, D [classes × width]. */
export const direct = (from: OutputNode, m: Matrix): Signal =>
  signal({ kind: 'direct', from, matrix: m })

/** The sum of signals. */
export const add = (...terms: Signal[]): Signal => signal({ kind: 'add', terms })

/** The block's own weight: what backpropagation carries errors with. */
export const weights = (block: number): Matrix => matrix({ kind: 'weights', block })

/** A fixed random matrix of the shape of the block's weight. */
export const fixed = (block: number): Matrix => matrix({ kind: 'fixed', block })

/** A fixed random matrix [classes × width] from the output to the block. */
export const D = (block: number): Matrix => matrix({ kind: 'direct', block })

/** What a rule's signal is a function of. */
export interface Place {
  /** The block that the signal arrives at, from the input side. */
  readonly block: number
  /** The block above it. */
  readonly above: number
  readonly out: { readonly error: 'error'; readonly delta: 'delta' }
  readonly weights: typeof weights
  readonly fixed: typeof fixed
  readonly D: typeof D
}

/** A learning rule: what signal arrives at each hidden block. */
export interface Rule {
  /** Its name on the command line. */
  readonly name: string
  readonly title: string
  /** The hidden signal, with δ the delta of the block above and e = y − y*. */
  readonly equation: string
  readonly source: string
  readonly signal: (place: Place) => Signal
}

/** A rule of one's own. */
export function defineRule(
  rule: Pick<Rule, 'name' | 'signal'> & Partial<Omit<Rule, 'name' | 'signal'>>,
): Rule {
  return { title: rule.name, equation: '', source: '', ...rule }
}
