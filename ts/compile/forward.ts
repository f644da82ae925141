import type { Gather } from '../engine/program.js'
import { unitsOf } from '../network/index.js'
import { rows, type Signal } from '../rules/signals.js'
import type { Pass, PassOptions } from '../rules/training.js'
import { EPOCH_KNOB } from './knobs.js'
import { patchSlot } from './maps.js'
import { names as shared, passNames } from './names.js'
import { blockStages, forwardPart, fusedActivation, layoutsAt } from './parts.js'
import { givenKey, type PhaseBuilder } from './phase.js'
import { materialise } from './signals.js'
import { tensor } from './tensors.js'

/** Gathers the step's examples and their targets, as what passes without an `input` start from. */
export function gather(phase: PhaseBuilder): void {
  const { options, tensors, layouts } = phase.context
  const { scale, shift, labels, network } = options
  const outputs = unitsOf(layouts.at(-1)?.output ?? [])
  const input = tensors.rows(passNames('').input, unitsOf(network.shape))
  const targets = labels
    ? tensors.declare(tensor(shared.targets, 'labels', []))
    : tensors.rows(shared.targets, outputs)
  phase.add({ op: 'gather', input, targets, scale, shift, ...augmentSlot(phase) })
  if (phase.training) corrupt(phase, input)
}

/** How a training phase distorts what it gathers. */
function augmentSlot(phase: PhaseBuilder): Pick<Gather, 'augment'> {
  const { augment } = phase.context.options
  if (augment === undefined || !phase.training) return {}
  phase.knobs.push(EPOCH_KNOB)
  return { augment: { ...augment, epoch: { knob: EPOCH_KNOB } } }
}

/** What is done to the examples in place while training: dropout, then noise. */
function corrupt(phase: PhaseBuilder, input: string): void {
  const { network } = phase.context.options
  const { dropout: rate, noise: deviation } = network.corruption ?? { dropout: 0, noise: 0 }
  // Past the indices of the blocks' own.
  const index = network.blocks.length
  if (rate > 0) {
    const part = { kind: 'dropout', rate, index } as const
    phase.add({ op: 'local', part, x: input, out: input, saved: [], training: true })
  }
  if (deviation > 0) {
    const noise = phase.temporary(unitsOf(network.shape))
    const distribution = { kind: 'normal', deviation } as const
    const terms = [input, noise].map((tensor) => ({ tensor, factor: 1, sign: false }))
    phase.add({ op: 'noise', out: noise, distribution, stream: 'noise', index })
    phase.add({ op: 'combine', terms, out: input })
  }
}

/** All blocks, and the loss. */
export function forward(phase: PhaseBuilder, { name = '', input, noise }: PassOptions = {}): Pass {
  const { network } = phase.context.options
  const given = input ?? rows({ of: 'input', pass: '' })
  let x = materialise(phase, given)
  network.blocks.forEach((_, block) => {
    x = forwardBlock(phase, block, x, name, noise)
  })
  loss(phase, x, name)
  return traceOf(name, given)
}

/** What a pass leaves behind. */
export function traceOf(name: string, input: Signal): Pass {
  const of = (what: 'error' | 'delta' | 'target' | 'loss') => rows({ of: what, pass: name })
  return {
    name,
    input,
    error: of('error'),
    delta: of('delta'),
    target: of('target'),
    loss: of('loss'),
    output: (block) => rows({ of: 'output', pass: name, block }),
    activation: (block) => rows({ of: 'activation', pass: name, block }),
    noise: (block) => rows({ of: 'noise', pass: name, block }),
  }
}

/** One block on x; gives the name of its output. */
export function forwardBlock(
  phase: PhaseBuilder,
  block: number,
  x: string,
  pass: string,
  deviation?: number,
): string {
  phase.givens.set(givenKey(pass, block), x)
  const stages = blockStages(phase, block, pass)
  const [first] = stages
  const names = passNames(pass)
  const { linear } = layoutsAt(phase, block)
  const out = first?.fused === true ? first.out : (first?.x ?? names.output(block))
  phase.context.tensors.rows(out, unitsOf(linear))
  phase.add({
    op: 'linear',
    x,
    weight: shared.weight(block),
    bias: shared.bias(block),
    out,
    activation: fusedActivation(first),
    accumulate: false,
    ...patchSlot(phase.context, block),
    ...(deviation === undefined ? {} : { noise: noise(phase, block, pass, deviation) }),
  })
  for (const stage of stages) if (!stage.fused) forwardPart(phase, block, stage, names)
  return stages.at(-1)?.out ?? out
}

function noise(phase: PhaseBuilder, block: number, pass: string, deviation: number): string {
  const width = unitsOf(layoutsAt(phase, block).linear)
  const out = phase.context.tensors.rows(passNames(pass).noise(block), width)
  const distribution = { kind: 'normal', deviation } as const
  phase.add({ op: 'noise', out, distribution, stream: 'noise', index: block })
  return out
}

function loss(phase: PhaseBuilder, a: string, pass: string): void {
  const { tensors, layouts, options } = phase.context
  const names = passNames(pass)
  const width = unitsOf(layouts.at(-1)?.output ?? [])
  phase.metric(...names.metrics)
  phase.add({
    op: 'loss',
    kind: options.loss.kind,
    a,
    y: tensors.rows(names.prediction, width),
    targets: shared.targets,
    delta: tensors.rows(names.delta, width),
    error: tensors.rows(names.error, width),
    metrics: [...names.metrics],
  })
}
