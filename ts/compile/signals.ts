import type { Instruction } from '../engine/program.js'
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

/** The ops that bring a signal to block i: its delta, with the block's derivative applied. */
export function lowerSignal(
  signal: Signal,
  i: number,
  network: Network,
  rule: Rule,
  delta: (block: number) => string,
): Instruction[] {
  const terms = flatten(signal)
  const { activation } = blockAt(network, i)
  return terms.map((term, place) => {
    const gate = { h: names.output(i), activation }
    return {
      op: 'project',
      delta:
        term.kind === 'through'
          ? delta(checkedAbove(term.above, i, rule))
          : source(term.from, network),
      matrix: matrixName(term.matrix),
      transpose: term.kind === 'through',
      out: delta(i),
      accumulate: place > 0,
      // The gate applies to the sum, so to the last term's store.
      ...(place === terms.length - 1 ? { gate } : {}),
    } satisfies Instruction
  })
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
