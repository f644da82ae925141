import type { Instruction, Phase, Precision, Program, Reduction } from '../engine/program.js'
import { UsageError } from '../errors.js'
import { blockAt, type Network } from '../network/index.js'
import { through, weights, type Rule, type Signal } from '../rules/vocabulary.js'
import type { Loss } from '../training/losses.js'
import type { Optimizer } from '../training/optimizers.js'
import { feedback, rankOf, type FeedbackOptions } from './feedback.js'
import { names } from './names.js'
import { lowerSignal, matricesOf, signalsOf } from './signals.js'
import { parameters, transients, velocities, type Scales } from './tensors.js'

export interface CompileOptions extends Scales, FeedbackOptions {
  readonly network: Network
  readonly rule: Rule
  readonly loss: Loss
  readonly optimizer: Optimizer
  /** Rows of a step, 1 to 65,536. */
  readonly batch: number
  readonly reduction: Reduction
  /** Of the matrix products; f32 unless told. */
  readonly precision?: Precision | undefined
  /** Whether targets are labels, or float values [n × outputs]. */
  readonly labels: boolean
  /** x = scale · input + shift. */
  readonly scale: number
  readonly shift: number
}

/** Network × rule × loss × optimizer → Program, with phases `train`, `evaluate`, `probe`. */
export function compile(options: CompileOptions): Program {
  const { network, rule, batch } = options
  const signals = signalsOf(rule, network)
  const learning = learningBlocks(network, rule, signals)
  const momentum = options.optimizer.momentum > 0
  return {
    format: 1,
    precision: options.precision ?? 'f32',
    batch,
    tensors: [
      ...parameters(network, options),
      ...feedback(network, options, matricesOf(signals)),
      ...(momentum ? velocities(network, learning) : []),
      ...transients(network, options.labels),
    ],
    phases: [train(options, signals, learning), evaluate(options), probe(options, signals)],
  }
}

/** The blocks that a signal reaches, and the last one. */
function learningBlocks(network: Network, rule: Rule, signals: readonly Signal[]): number[] {
  const last = network.blocks.length - 1
  const learns = (i: number): boolean => i === last || signals[i]?.kind !== 'none'
  signals.forEach((signal, i) => {
    if (signal.kind === 'through' && !learns(i + 1)) {
      throw new UsageError(`rule ${rule.name}: no signal reaches block ${i + 1} above block ${i}`)
    }
  })
  return network.blocks.map((_, i) => i).filter(learns)
}

/** Gather, all blocks, loss. */
function forward(options: CompileOptions): Instruction[] {
  const { network, loss, scale, shift } = options
  const last = network.blocks.length - 1
  return [
    { op: 'gather', input: names.input, targets: names.targets, scale, shift },
    ...network.blocks.map(({ activation }, i): Instruction => ({
      op: 'linear',
      x: below(i),
      weight: names.weight(i),
      bias: names.bias(i),
      out: names.output(i),
      activation,
      accumulate: false,
    })),
    {
      op: 'loss',
      kind: loss.kind,
      a: names.output(last),
      y: names.prediction,
      targets: names.targets,
      delta: names.delta(last),
      error: names.outputError,
      metrics: ['loss', 'errors'],
    },
  ]
}

const below = (i: number): string => (i === 0 ? names.input : names.output(i - 1))

/** Signals from the top down; a block is updated as soon as no signal below needs its weight. */
function train(
  options: CompileOptions,
  signals: readonly Signal[],
  learning: readonly number[],
): Phase {
  const { network } = options
  const ops = forward(options)
  let pending = [network.blocks.length - 1]
  for (let i = network.blocks.length - 2; i >= -1; i--) {
    const needed = matricesOf(signals.slice(0, i + 1)).filter(({ kind }) => kind === 'weights')
    const free = (block: number): boolean => !needed.some((matrix) => matrix.block === block)
    ops.push(...pending.filter(free).map((block) => update(block, options)))
    pending = pending.filter((block) => !free(block))
    const signal = signals[i]
    if (signal !== undefined && learning.includes(i)) {
      ops.push(...lowerSignal(signal, i, options, names.delta))
      pending.push(i)
    }
  }
  return {
    name: 'train',
    advances: true,
    knobs: ['learningRate'],
    metrics: ['loss', 'errors'],
    ops,
  }
}

function update(i: number, { optimizer, reduction }: CompileOptions): Instruction {
  const { momentum, weightDecay } = optimizer
  const state = { velocity: names.velocity(i), biasVelocity: names.biasVelocity(i) }
  return {
    op: 'update',
    weight: names.weight(i),
    bias: names.bias(i),
    x: below(i),
    delta: names.delta(i),
    reduction,
    scale: 1,
    weightDecay,
    optimizer: {
      kind: 'sgd',
      learningRate: { knob: 'learningRate' },
      momentum,
      nesterov: false,
      ...(momentum > 0 ? state : {}),
    },
  }
}

function evaluate(options: CompileOptions): Phase {
  const metrics = ['loss', 'errors']
  return { name: 'evaluate', advances: false, knobs: [], metrics, ops: forward(options) }
}

/** The rule's delta of each hidden block against that of backpropagation through all W. */
function probe(options: CompileOptions, signals: readonly Signal[]): Phase {
  const { network, rule } = options
  const last = network.blocks.length - 1
  const chain = (i: number): string => (i === last ? names.delta(i) : names.chain(i))
  const ops = forward(options)
  const metrics = ['loss', 'errors']
  const backpropagation = { ...options, rule: { ...rule, name: 'bp' } }
  for (let i = last - 1; i >= 0; i--) {
    const signal = signals[i]
    if (signal === undefined) continue
    ops.push(...lowerSignal(signal, i, options, names.delta))
    const exact = through(i + 1, weights(i + 1))
    ops.push(...lowerSignal(exact, i, backpropagation, chain))
    if (signal.kind !== 'none') measure(`signal.${i}`, names.delta(i), chain(i))
  }
  for (const { kind, block } of matricesOf(signals)) {
    // Matrices are the same at every step of a call: once is enough.
    const enabled = { knob: 'matrices' }
    if (kind === 'fixed' && rankOf(network, block, options) === undefined) {
      measure(`weight.${block}`, names.weight(block), names.feedback(block), { enabled })
    }
  }
  return { name: 'probe', advances: false, knobs: ['matrices'], metrics, ops }

  function measure(what: string, a: string, b: string, when: Pick<Instruction, 'enabled'> = {}) {
    const sums: [string, string, string] = [`${what}.ab`, `${what}.aa`, `${what}.bb`]
    metrics.push(...sums)
    ops.push({ ...when, op: 'measure', a, b, metrics: sums })
  }
}

/** Width of the output. */
export function outputs(network: Network): number {
  return blockAt(network, network.blocks.length - 1).width
}
