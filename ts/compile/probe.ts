import { inverse, rows, through, weights, type Matrix } from '../rules/signals.js'
import { activity } from './activity.js'
import { factorsOf, matrixTensor } from './feedback.js'
import { forward } from './forward.js'
import { deltaOf, hear, type Heard } from './lessons.js'
import { isWhole, mapOf } from './maps.js'
import { names } from './names.js'
import { givenKey, type PhaseBuilder } from './phase.js'
import type { Step } from './step.js'
import { FIRST, LAST, measure } from './sums.js'
import { measureUpdates } from './updates.js'

/** Elements of the largest weight whose pseudoinverse is made unless more is asked for. */
const SMALL = 128 * 128

/** What a rule's deltas, updates and matrices are like; `ts/training/diagnostics.ts` reads it. */
export function probe(phase: PhaseBuilder, { lessons, matrices }: Step): void {
  phase.knobs.push(FIRST.knob, LAST.knob)
  const heard = hear(phase, lessons, () => undefined)
  const pass = phase.givens.has(givenKey('', 0)) ? '' : forward(phase, { name: 'plain' }).name
  const exact = carryDown(phase, pass, weights, names.chain)
  const solved = pseudoinverses(phase, pass)
  for (const [block, delta] of exact) {
    const own = heard.filter((one) => one.block === block)
    compare(phase, block, own, [delta, solved.get(block)])
    measureUpdates(phase, own, { block, pass, delta })
    activity(phase, block, pass)
  }
  measureMatrices(phase, matrices)
}

/** The rule's delta of a block beside what others send there. */
function compare(
  phase: PhaseBuilder,
  block: number,
  [own]: readonly Heard[],
  [exact, solved]: readonly [string, string | undefined],
): void {
  if (own === undefined) return
  measure(phase, `signal.${block}`, [own.delta, exact])
  if (solved !== undefined) measure(phase, `inverse.${block}`, [own.delta, solved])
}

/**
 * Names of the deltas, by block, that matrices of the shapes of the weights carry down from the
 * loss: none below a block that has no such matrix.
 */
function carryDown(
  phase: PhaseBuilder,
  pass: string,
  matrixOf: (block: number) => Matrix | undefined,
  nameOf: (block: number) => string,
): Map<number, string> {
  const last = phase.context.options.network.blocks.length - 1
  const deltas = new Map<number, string>()
  for (let block = last; block >= 0; block--) {
    const matrix = block === last ? undefined : matrixOf(block + 1)
    if (block < last && matrix === undefined) break
    const delta = rows({ of: 'delta', pass })
    const signal = matrix === undefined ? delta : through(block + 1, matrix)
    const taught = { block, lesson: { signal }, pass }
    deltas.set(
      block,
      deltaOf(phase, taught, (above) => deltas.get(above), nameOf(block)),
    )
  }
  return deltas
}

/**
 * The deltas of hidden blocks by the pseudoinverses of the weights above. These are made from
 * dense weights only, and in every epoch only where that is quick: of W [I × O] they cost about
 * max · min² multiply-adds.
 */
function pseudoinverses(phase: PhaseBuilder, pass: string): Map<number, string> {
  const { context } = phase
  const { options, layouts } = context
  const { largestInverse = SMALL } = options
  const made = (block: number): Matrix | undefined => {
    const [rows, columns] = layouts[block]?.weight ?? [0, 0]
    if (mapOf(context, block).kind !== 'dense' || !isWhole(context, block)) return undefined
    if (rows * columns > largestInverse) return undefined
    const into = matrixTensor(context, inverse(block))
    const how = { kind: 'pseudoinverse' } as const
    phase.add({ op: 'derive', from: names.weight(block), into, how, enabled: FIRST })
    return inverse(block)
  }
  const deltas = carryDown(phase, pass, made, names.solved)
  // The output's delta comes through no matrix.
  deltas.delete(layouts.length - 1)
  return deltas
}

/** Weights, and those beside which feedback stands as whole matrices; once a probe is enough. */
function measureMatrices(phase: PhaseBuilder, matrices: readonly Matrix[]): void {
  const { context } = phase
  const beside = new Map<number, string>()
  for (const matrix of matrices) {
    if (matrix.kind === 'weights' || matrix.kind === 'direct') continue
    if (factorsOf(context, matrix) !== undefined) continue
    beside.set(matrix.block, matrixTensor(context, matrix))
  }
  for (const block of context.options.network.blocks.keys()) {
    const [weight, feedback] = [names.weight(block), beside.get(block)]
    const what = feedback === undefined ? 'size' : 'weight'
    measure(phase, `${what}.${block}`, [weight, feedback ?? weight], { enabled: FIRST })
  }
}
