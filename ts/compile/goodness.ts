import { unitsOf } from '../network/index.js'
import { rows, type Signal } from '../rules/signals.js'
import type { Pass, PassOptions } from '../rules/training.js'
import { forwardBlock, traceOf } from './forward.js'
import { names as shared, passNames } from './names.js'
import { layoutsAt } from './parts.js'
import type { PhaseBuilder } from './phase.js'
import { checkLabels } from './refusals.js'

/** Of the root mean square that blocks' inputs are divided by; Hinton 2022. */
const EPSILON = 1e-8

/** The hidden blocks on inputs with a label written over them, each block's input normalised. */
export function goodnessPass(
  phase: PhaseBuilder,
  { name = '', label = 'right' }: PassOptions,
  classes: number,
): Pass {
  const { tensors, options } = phase.context
  const input = overlay(phase, name, label, classes)
  let x = input
  options.network.blocks.slice(0, -1).forEach((_, block) => {
    const width = unitsOf(layoutsAt(phase, block).input)
    const given = tensors.rows(passNames(name).normalised(block), width)
    const part = { kind: 'rmsNorm', epsilon: EPSILON } as const
    phase.add({ op: 'local', part, x, out: given, saved: [], training: phase.training })
    x = forwardBlock(phase, block, given, name)
  })
  return traceOf(name, rows({ of: 'named', name: input, width: unitsOf(options.network.shape) }))
}

function overlay(
  phase: PhaseBuilder,
  name: string,
  label: 'right' | 'wrong' | number,
  classes: number,
): string {
  checkLabels(phase.context.options)
  const { targets } = shared
  const x = passNames('').input
  const out = phase.context.tensors.rows(
    `${passNames(name).input}.labelled`,
    unitsOf(phase.context.options.network.shape),
  )
  const source =
    typeof label === 'number'
      ? ({ kind: 'class', class: label } as const)
      : label === 'right'
        ? ({ kind: 'target', targets } as const)
        : ({ kind: 'wrong', targets, index: 0 } as const)
  phase.add({ op: 'overlay', x, label: source, classes, out })
  return out
}

/** The derivative of a block's own loss by its output; the loss goes into the metric `loss`. */
export function goodness(
  phase: PhaseBuilder,
  block: number,
  pass: Pass,
  positive: boolean,
): Signal {
  const width = unitsOf(layoutsAt(phase, block).output)
  const delta = phase.temporary(width)
  const [metric] = passNames('').metrics
  if (!phase.metrics.includes(metric)) phase.metric(metric)
  const h = passNames(pass.name).output(block)
  phase.add({ op: 'goodness', h, threshold: width, positive, delta, metric })
  return rows({ of: 'named', name: delta, width })
}

/** Adds a block's goodness to the score of a class. */
export function score(
  phase: PhaseBuilder,
  block: number,
  pass: Pass,
  { label, classes }: { readonly label: number; readonly classes: number },
): void {
  const into = phase.context.tensors.rows(shared.scores, classes)
  const scored = phase.ops.some((one) => one.op === 'goodness' && one.score !== undefined)
  if (!scored) phase.add({ op: 'combine', terms: [], out: into })
  phase.add({
    op: 'goodness',
    h: passNames(pass.name).output(block),
    threshold: unitsOf(layoutsAt(phase, block).output),
    positive: true,
    score: { into, column: label },
  })
}

/** Counts the examples whose highest score is not their label's. */
export function classify(phase: PhaseBuilder, classes: number): void {
  const scores = phase.context.tensors.rows(shared.scores, classes)
  const [, metric] = passNames('').metrics
  phase.metric(metric)
  phase.add({ op: 'classify', scores, targets: shared.targets, metric })
}
