import { UsageError } from '../errors.js'
import { unitsOf } from '../network/index.js'
import type { Matrix, Signal } from '../rules/signals.js'
import type { Lesson } from '../rules/training.js'
import { passNames } from './names.js'
import { backwardPart, belowTap, blockStages, gateOf } from './parts.js'
import type { PhaseBuilder } from './phase.js'
import { lowerInto, materialise, matricesOf, type Deltas } from './signals.js'

/** What a block is taught, and at the activity of which pass. */
export interface Taught {
  readonly block: number
  readonly lesson: Lesson
  readonly pass: string
}

/** A lesson whose delta has been computed. */
export interface Heard extends Taught {
  /** Rows of the width of the block's linear map. */
  readonly delta: string
}

/**
 * Adds the ops for all deltas in the order of the lessons. `update` is told of each as soon as no
 * signal to come is carried by what the update changes.
 */
export function hear(
  phase: PhaseBuilder,
  lessons: readonly Taught[],
  update: (heard: Heard) => void,
): Heard[] {
  const all: Heard[] = []
  let pending: Heard[] = []
  const release = (to: readonly Taught[]): void => {
    const needed = matricesOf(to.map(({ lesson }) => lesson.signal)).filter(movesWithWeights)
    const free = ({ block }: Heard): boolean => !needed.some((matrix) => matrix.block === block)
    pending.filter(free).forEach(update)
    pending = pending.filter((heard) => !free(heard))
  }
  lessons.forEach((taught, place) => {
    release(lessons.slice(place))
    const deltas: Deltas = (block) => all.findLast((heard) => heard.block === block)?.delta
    const heard = { ...taught, delta: deltaOf(phase, taught, deltas) }
    all.push(heard)
    pending.push(heard)
  })
  release([])
  return all
}

/** Whether the update of a block changes the matrix. */
const movesWithWeights = (matrix: Matrix): boolean =>
  matrix.kind === 'weights' || (matrix.kind === 'mirror' && matrix.mirroring.how === 'add')

/** Adds the ops that carry a block's signal back through its parts; gives the name of its delta. */
export function deltaOf(
  phase: PhaseBuilder,
  { block, lesson, pass }: Taught,
  deltas: Deltas,
  name: string = passNames(pass).blockDelta(block),
): string {
  const { signal, tap = 'output' } = lesson
  const { layouts, options, tensors } = phase.context
  const stages = belowTap(blockStages(phase, block, pass), tap).reverse()
  if (stages.length === 0 && signal.kind === 'rows') return materialise(phase, signal)
  const out = tensors.rows(name, unitsOf(layouts[block]?.linear ?? []))
  const into = (left: number, width: number): string => (left === 0 ? out : phase.temporary(width))
  const [top] = stages
  const rest = top?.part.kind === 'activation' ? stages.slice(1) : stages
  const gated = top !== undefined && rest.length < stages.length
  const width = top === undefined ? 0 : unitsOf(top.to)
  let delta = into(rest.length, width)
  checkReach(block, signal, options.rule.name)
  lowerInto(phase, signal, deltas, { out: delta, ...(gated ? { gate: gateOf(top) } : {}) })
  rest.forEach((stage, place) => {
    const next = into(rest.length - 1 - place, unitsOf(stage.from))
    backwardPart(phase, block, stage, passNames(pass), [delta, next])
    delta = next
  })
  return out
}

function checkReach(block: number, signal: Signal, rule: string): void {
  if (signal.kind !== 'through' || signal.above === block + 1) return
  throw new UsageError(
    `rule ${rule}: block ${block} can be reached through block ${block + 1} only`,
  )
}
