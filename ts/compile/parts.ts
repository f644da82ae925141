import type { Activation, Gate, LocalPart, Patches } from '../engine/program.js'
import { unitsOf, type Block, type Layout, type Layouts, type Part } from '../network/index.js'
import type { Tap } from '../rules/rule.js'
import { passNames } from './names.js'
import { normNames } from './norms.js'
import type { PhaseBuilder } from './phase.js'

/** A part of a block as a pass runs it. */
export interface Stage {
  readonly part: Part
  /** Its place among the block's parts. */
  readonly place: number
  /** Layout and name of what it is given, and of what it makes. */
  readonly from: Layout
  readonly x: string
  readonly to: Layout
  readonly out: string
  /** Whether the linear map's own store does it. */
  readonly fused: boolean
}

type Names = ReturnType<typeof passNames>

/** The parts that a pass runs, from the linear map up; dropout is there in training only. */
function stagesOf(
  block: number,
  { parts }: Block,
  layouts: Layouts,
  names: Names,
  training: boolean,
): Stage[] {
  const run = parts
    .map((part, place) => ({ part, place }))
    .filter(({ part }) => training || part.kind !== 'dropout')
  let [x, from] = [names.linear(block), layouts.linear]
  return run.map(({ part, place }, i) => {
    const to = layouts.parts[place] ?? layouts.output
    const out = i === run.length - 1 ? names.output(block) : names.part(block, place)
    const stage = { part, place, from, x, to, out, fused: i === 0 && part.kind === 'activation' }
    ;[x, from] = [out, to]
    return stage
  })
}

/** Units of a block at a tap. */
export function widthAt(layouts: Layouts | undefined, block: Block | undefined, tap: Tap): number {
  if (layouts === undefined || block === undefined) throw new RangeError('there is no such block')
  if (tap === 'linear') return unitsOf(layouts.linear)
  if (tap === 'output') return unitsOf(layouts.output)
  return unitsOf(layouts.parts[block.parts.findLastIndex(isOfUnits)] ?? layouts.linear)
}

/** Whether a part belongs to its units, as pooling and dropout do not: these follow the tap. */
const isOfUnits = ({ kind }: Part): boolean =>
  kind !== 'maxPool' && kind !== 'averagePool' && kind !== 'dropout'

/** Those of the stages that a signal at a tap has to come back through. */
export function belowTap(stages: readonly Stage[], tap: Tap): Stage[] {
  if (tap === 'output') return [...stages]
  if (tap === 'linear') return []
  return stages.slice(0, stages.findLastIndex(({ part }) => isOfUnits(part)) + 1)
}

/** The name of a block's activity before pooling and dropout. */
export function activationName(phase: PhaseBuilder, block: number, pass: string): string {
  const stages = belowTap(blockStages(phase, block, pass), 'activation')
  const names = passNames(pass)
  const untouched = blockStages(phase, block, pass).length === 0
  return stages.at(-1)?.out ?? (untouched ? names.output(block) : names.linear(block))
}

/** The stages of a block in a pass of this phase. */
export function blockStages(phase: PhaseBuilder, block: number, pass: string): Stage[] {
  const found = phase.context.options.network.blocks[block]
  if (found === undefined) throw new RangeError(`there is no block ${block}`)
  return stagesOf(block, found, layoutsAt(phase, block), passNames(pass), phase.training)
}

export function layoutsAt({ context }: PhaseBuilder, block: number): Layouts {
  const layouts = context.layouts[block]
  if (layouts === undefined) throw new RangeError(`there is no block ${block}`)
  return layouts
}

/** Ops that run a part. */
export function forwardPart(phase: PhaseBuilder, block: number, stage: Stage, names: Names): void {
  const { x, out } = stage
  phase.context.tensors.rows(out, unitsOf(stage.to))
  const saved = stage.part.kind === 'activation' ? [] : savedOf(phase, block, stage, names)
  phase.add({ op: 'local', part: localPart(stage, block), x, out, saved, training: phase.training })
}

/** Ops that carry a delta back through a part. */
export function backwardPart(
  phase: PhaseBuilder,
  block: number,
  stage: Stage,
  names: Names,
  [delta, out]: readonly [string, string],
): void {
  const saved = savedOf(phase, block, stage, names)
  const { training } = phase
  const part = localPart(stage, block)
  const gradients = gradientsOf(phase, block, stage, names)
  phase.add({ op: 'localBackward', part, delta, out, saved, training, ...gradients })
}

/** Where a normalisation leaves the gradients of what it learns, while training. */
function gradientsOf(
  phase: PhaseBuilder,
  block: number,
  { part, from, place }: Stage,
  names: Names,
): { gradients?: [string, string] } {
  if (part.kind !== 'batchNorm' || !phase.training) return {}
  const { gain, shift } = normNames(block)
  const rows = (what: string): string =>
    phase.context.tensors.rows(`${names.saved(block, place)}.${what}`, from.at(-1) ?? 1)
  const gradients: [string, string] = [rows('gain'), rows('shift')]
  const learnt = [
    { vector: gain, gradient: gradients[0] },
    { vector: shift, gradient: gradients[1] },
  ]
  phase.gradients.set(block, [...(phase.gradients.get(block) ?? []), ...learnt])
  return { gradients }
}

/** The gate of an activation, taken from its output. */
export function gateOf({ part, out }: Stage): Gate {
  if (part.kind !== 'activation') throw new RangeError(`${part.kind} is no gate`)
  return { h: out, activation: part.activation }
}

/** The activation that the linear map's store applies. */
export function fusedActivation(stage: Stage | undefined): Activation {
  return stage?.fused === true && stage.part.kind === 'activation'
    ? stage.part.activation
    : { kind: 'identity' }
}

/** What the part leaves for its way back. */
function savedOf(phase: PhaseBuilder, block: number, stage: Stage, names: Names): string[] {
  switch (stage.part.kind) {
    case 'activation':
      return [stage.out]
    case 'maxout':
    case 'maxPool':
      return [phase.context.tensors.rows(names.saved(block, stage.place), unitsOf(stage.to))]
    case 'batchNorm': {
      const name = names.saved(block, stage.place)
      const { tensors } = phase.context
      const channels = stage.from.at(-1) ?? 1
      return [tensors.rows(name, unitsOf(stage.to)), tensors.rows(`${name}.inverse`, channels)]
    }
    default:
      return []
  }
}

function localPart({ part, from }: Stage, block: number): LocalPart {
  switch (part.kind) {
    case 'activation':
    case 'maxout':
      return part
    case 'dropout':
      return { kind: 'dropout', rate: part.rate, index: block }
    case 'maxPool':
    case 'averagePool':
      return { kind: part.kind, patches: windows(from, part.size, part.stride) }
    case 'batchNorm':
      return { ...part, ...normNames(block) }
  }
}

function windows(
  [height = 1, width = 1, channels = 1]: Layout,
  size: readonly [number, number],
  stride: readonly [number, number],
): Patches {
  const [kernel, step] = [size, stride].map((pair) => [...pair] as [number, number])
  return {
    height,
    width,
    channels,
    kernel: kernel ?? [1, 1],
    stride: step ?? [1, 1],
    padding: [0, 0],
  }
}
