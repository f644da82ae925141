import type { Instruction, Project } from '../engine/program.js'
import { FeedalignError, UsageError } from '../errors.js'
import { blockAt, type Network } from '../network/index.js'
import {
  D,
  fixed,
  weights,
  type Matrix,
  type Place,
  type Rule,
  type Signal,
} from '../rules/vocabulary.js'
import { rankOf, type FeedbackOptions } from './feedback.js'
import { names } from './names.js'

/** The signal of each hidden block, from the input side. */
export function signalsOf(rule: Rule, network: Network): Signal[] {
  const out = { error: 'error', delta: 'delta' } as const
  const hidden = network.blocks.slice(0, -1)
  return hidden.map((_, block) => {
    const place: Place = { block, above: block + 1, out, weights, fixed, D }
    return rule.signal(place)
  })
}

/** The matrices that signals are carried by. */
export function matricesOf(signals: readonly Signal[]): Matrix[] {
  return signals.flatMap((signal) => {
    if (signal.kind === 'none') return []
    return signal.kind === 'add' ? matricesOf(signal.terms) : [signal.matrix]
  })
}

/** What is lowered, and for what. */
export interface Lowering extends FeedbackOptions {
  readonly network: Network
  readonly rule: Rule
}

/** The ops that bring a signal to block i: its delta, with the block's derivative applied. */
export function lowerSignal(
  signal: Signal,
  i: number,
  lowering: Lowering,
  delta: (block: number) => string,
): Instruction[] {
  const { network, rule } = lowering
  const terms = flatten(signal)
  const gate = { h: names.output(i), activation: blockAt(network, i).activation }
  return terms.flatMap((term, place) => {
    const into = {
      out: delta(i),
      accumulate: place > 0,
      // The gate applies to the sum, so to the last term's store.
      ...(place === terms.length - 1 ? { gate } : {}),
    }
    return term.kind === 'direct'
      ? [project(source(term.from, network), matrixName(term.matrix), false, into)]
      : carry(delta(checkedAbove(term.above, i, rule)), term.matrix, lowering, into)
  })
}

type Into = Pick<Project, 'out' | 'accumulate' | 'gate'>

const project = (delta: string, matrix: string, transpose: boolean, into: Into): Instruction => ({
  op: 'project',
  delta,
  matrix,
  transpose,
  ...into,
})

/** delta · Mᵀ, in two steps where M lies in two factors. */
function carry(delta: string, matrix: Matrix, lowering: Lowering, into: Into): Instruction[] {
  const { block } = matrix
  if (matrix.kind !== 'fixed' || rankOf(lowering.network, block, lowering) === undefined) {
    return [project(delta, matrixName(matrix), true, into)]
  }
  const carried = names.carried(block)
  return [
    project(delta, names.feedbackRight(block), true, { out: carried, accumulate: false }),
    project(carried, names.feedbackLeft(block), true, into),
  ]
}

type Term = Extract<Signal, { kind: 'through' | 'direct' }>

function flatten(signal: Signal): Term[] {
  if (signal.kind === 'none') return []
  return signal.kind === 'add' ? signal.terms.flatMap(flatten) : [signal]
}

function checkedAbove(above: number, i: number, rule: Rule): number {
  if (above === i + 1) return above
  throw new UsageError(`rule ${rule.name}: block ${i} can be reached through block ${i + 1} only`)
}

function source(from: 'error' | 'delta', network: Network): string {
  return from === 'error' ? names.outputError : names.delta(network.blocks.length - 1)
}

function matrixName(matrix: Matrix): string {
  switch (matrix.kind) {
    case 'weights':
      return names.weight(matrix.block)
    case 'fixed':
      return names.feedback(matrix.block)
    case 'direct':
      return names.direct(matrix.block)
    default:
      throw new FeedalignError('a signal is carried by an unknown matrix')
  }
}
