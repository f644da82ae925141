import type { Gate, Instruction, Project, Term } from '../engine/program.js'
import { FeedalignError, UsageError } from '../errors.js'
import { unitsOf } from '../network/index.js'
import { INPUT, type Matrix, type RowsNode, type Signal } from '../rules/signals.js'
import { decoded } from './decoders.js'
import { factorsOf, matrixTensor } from './feedback.js'
import { patchSlot } from './maps.js'
import { passNames } from './names.js'
import { activationName, widthAt } from './parts.js'
import type { PhaseBuilder } from './phase.js'

/** Where the deltas of blocks are that signals go on from. */
export type Deltas = (block: number) => string | undefined

/** Deltas of none: for signals that come through no block. */
export const noDeltas: Deltas = () => undefined

/** The matrices that signals are carried by. */
export function matricesOf(signals: readonly Signal[]): Matrix[] {
  return signals.flatMap((signal) => {
    switch (signal.kind) {
      case 'none':
      case 'rows':
        return []
      case 'through':
        return [signal.matrix]
      case 'direct':
        return [signal.matrix, ...matricesOf([signal.from])]
      case 'add':
        return matricesOf(signal.terms)
      case 'rowScale':
        return matricesOf([signal.of, signal.by])
      default:
        return matricesOf([signal.of])
    }
  })
}

type Carried = Extract<Signal, { kind: 'through' | 'direct' }>

/** A summand: a signal times a factor. */
interface Summand {
  readonly factor: number
  readonly of: Signal
}

function summands(signal: Signal, factor = 1): Summand[] {
  if (signal.kind === 'none') return []
  if (signal.kind === 'add') return signal.terms.flatMap((term) => summands(term, factor))
  if (signal.kind === 'scale') return summands(signal.of, factor * signal.factor)
  return [{ factor, of: signal }]
}

/** Whether a product's store can add it without more ado. */
const isCarried = ({ factor, of }: Summand): boolean =>
  factor === 1 && (of.kind === 'through' || of.kind === 'direct')

/** The name of rows that hold the signal; those of a pass are taken as they are. */
export function materialise(phase: PhaseBuilder, signal: Signal, deltas = noDeltas): string {
  if (signal.kind === 'rows') return rowsName(phase, signal.rows)
  if (signal.kind === 'decode') {
    return decoded(phase, signal.block, materialise(phase, signal.of, deltas))
  }
  if (signal.kind === 'keep') {
    const held = phase.kept.get(signal) ?? materialise(phase, signal.of, deltas)
    phase.kept.set(signal, held)
    return held
  }
  const out = phase.temporary(widthOf(phase, signal))
  lowerInto(phase, signal, deltas, { out })
  return out
}

/** Adds the ops that write a signal, ⊙ f′ of the gate if there is one. */
export function lowerInto(
  phase: PhaseBuilder,
  signal: Signal,
  deltas: Deltas,
  { out, gate }: { readonly out: string; readonly gate?: Gate },
): void {
  const all = summands(signal)
  const carried = all.filter(isCarried).map(({ of }) => of as Carried)
  const others = all.filter((summand) => !isCarried(summand))
  if (gate !== undefined && carried.length === 0) {
    const ungated = materialise(phase, signal, deltas)
    const part = { kind: 'activation', activation: gate.activation } as const
    const { training } = phase
    phase.add({ op: 'localBackward', part, delta: ungated, out, saved: [gate.h], training })
    return
  }
  if (others.length > 0) combine(phase, others, deltas, out)
  carried.forEach((term, place) => {
    const last = place === carried.length - 1
    // The gate applies to the sum, so to the last term's store.
    const gated = last && gate !== undefined ? { gate } : {}
    carry(phase, term, deltas, { out, accumulate: place > 0 || others.length > 0, ...gated })
  })
}

function combine(
  phase: PhaseBuilder,
  summands: readonly Summand[],
  deltas: Deltas,
  out: string,
): void {
  const [only] = summands
  if (summands.length === 1 && only?.factor === 1 && only.of.kind === 'rowScale') {
    const [x, by] = [only.of.of, only.of.by].map((one) => materialise(phase, one, deltas))
    phase.add({ op: 'rowScale', x: x ?? '', by: by ?? '', out })
    return
  }
  const terms = summands.map(({ factor, of }): Term => {
    const sign = of.kind === 'sign'
    return { tensor: materialise(phase, sign ? of.of : of, deltas), factor, sign }
  })
  phase.add({ op: 'combine', terms, out })
}

type Into = Pick<Project, 'out' | 'accumulate' | 'gate' | 'patches'>

const project = (delta: string, matrix: string, transpose: boolean, into: Into): Instruction => ({
  op: 'project',
  delta,
  matrix,
  transpose,
  ...into,
})

function carry(phase: PhaseBuilder, term: Carried, deltas: Deltas, into: Into): void {
  const { matrix } = term
  phase.context.carriers.push(matrix)
  if (term.kind === 'direct') {
    const from = materialise(phase, term.from, deltas)
    phase.add(project(from, matrixTensor(phase.context, matrix), false, into))
    return
  }
  const delta = deltas(term.above)
  if (delta === undefined) {
    const { name } = phase.context.options.rule
    throw new UsageError(
      `rule ${name}: no signal reaches block ${term.above}, from which one is taken`,
    )
  }
  const factors = factorsOf(phase.context, matrix)
  if (factors === undefined) {
    const patched = { ...into, ...patchSlot(phase.context, matrix.block) }
    phase.add(project(delta, matrixTensor(phase.context, matrix), true, patched))
    return
  }
  const { right, left, carried } = factors
  phase.add(project(delta, right, true, { out: carried, accumulate: false }))
  phase.add(project(carried, left, true, into))
}

/** Numbers per example of a signal; 0 for one that is no row but a single number. */
export function widthOf(phase: PhaseBuilder, signal: Signal): number {
  const { layouts, options } = phase.context
  const width = (block: number): number => unitsOf(layouts[block]?.output ?? [])
  switch (signal.kind) {
    case 'none':
      throw new FeedalignError('no signal has no width')
    case 'rows':
      return rowsWidth(phase, signal.rows)
    case 'through':
      return unitsOf(layouts[signal.above]?.input ?? [])
    case 'direct': {
      const { block } = signal.matrix
      return block === INPUT ? unitsOf(options.network.shape) : width(block)
    }
    case 'decode':
      return unitsOf(layouts[signal.block]?.input ?? [])
    case 'add': {
      const [first] = signal.terms
      if (first === undefined) throw new UsageError('add() of no signals')
      return widthOf(phase, first)
    }
    default:
      return widthOf(phase, signal.of)
  }
}

function rowsWidth({ context }: PhaseBuilder, node: RowsNode): number {
  const { layouts, options } = context
  switch (node.of) {
    case 'input':
      return unitsOf(options.network.shape)
    case 'named':
      return node.width
    case 'output':
      return unitsOf(layouts[node.block]?.output ?? [])
    case 'activation':
      return widthAt(layouts[node.block], options.network.blocks[node.block], 'activation')
    case 'noise':
      return unitsOf(layouts[node.block]?.linear ?? [])
    case 'loss':
      return 0
    default:
      return unitsOf(layouts.at(-1)?.output ?? [])
  }
}

function rowsName(phase: PhaseBuilder, node: RowsNode): string {
  if (node.of === 'named') return node.name
  const names = passNames(node.pass)
  switch (node.of) {
    case 'activation':
      return activationName(phase, node.block, node.pass)
    case 'output':
    case 'noise':
      return names[node.of](node.block)
    case 'target':
    case 'loss':
      return lossSlot(phase, node.of, node.pass)
    default:
      return names[node.of]
  }
}

/** What the loss of a pass writes only where somebody reads it. */
function lossSlot(phase: PhaseBuilder, of: 'target' | 'loss', pass: string): string {
  const names = passNames(pass)
  const loss = phase.ops.find((one) => one.op === 'loss' && one.metrics[0] === names.metrics[0])
  if (loss?.op !== 'loss') throw new FeedalignError(`there is no pass ${JSON.stringify(pass)}`)
  const out = phase.context.tensors.rows(names[of], rowsWidth(phase, { of, pass }))
  loss[of === 'loss' ? 'perExample' : 'target'] = out
  return out
}
