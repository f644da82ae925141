import type {
  Instruction,
  Phase,
  Precision,
  Program,
  Reduction,
  Update,
} from '../engine/program.js'
import { layoutsOf, type Network } from '../network/index.js'
import type { Rule } from '../rules/rule.js'
import type { Distortion } from '../training/distortion.js'
import type { Matrix } from '../rules/signals.js'
import type { Loss } from '../training/losses.js'
import type { Optimizer } from '../training/optimizers.js'
import { clip } from './clip.js'
import { checkFeedback } from './feedbackChecks.js'
import type { FeedbackOptions } from './feedbackOptions.js'
import { gather } from './forward.js'
import { hear } from './lessons.js'
import { derive, mirrorsOf, type Mirror } from './mirrors.js'
import { stepNorms } from './norms.js'
import { PhaseBuilder, Tensors, type Context } from './phase.js'
import { probe } from './probe.js'
import { checkPrecision, checkRule } from './refusals.js'
import { Step } from './step.js'
import { checkWeights, parameters, type WeightOptions } from './tensors.js'
import { mirrorOf, update, whileLearning } from './update.js'

export interface CompileOptions extends WeightOptions, FeedbackOptions {
  readonly network: Network
  readonly rule: Rule
  readonly loss: Loss
  readonly optimizer: Optimizer
  /** Blocks that a knob can keep from learning; none unless told. */
  readonly held?: readonly number[] | undefined
  /** Rows of a step, 1 to 65,536. */
  readonly batch: number
  readonly reduction: Reduction
  /** Of the matrix products; f32 unless told. */
  readonly precision?: Precision | undefined
  /** Whether targets are labels, or float values [n × outputs]. */
  readonly labels: boolean
  /**
   * Elements of the largest weight whose pseudoinverse the probe makes; 16,384 unless told, which
   * takes a millisecond or two.
   */
  readonly largestInverse?: number
  /** x = scale · input + shift. */
  readonly scale: number
  readonly shift: number
  /** Of the examples while training; none unless told. */
  readonly augment?: Distortion | undefined
}

/**
 * Network × rule × loss × optimizer → Program, with phases `train`, `evaluate`, `probe`, and
 * `derive` where matrices are made from weights: the engine runs that one before the first step
 * that meets weights which came from elsewhere.
 */
export function compile(options: CompileOptions): Program {
  checkFeedback(options.network, options)
  checkWeights(options.network, options)
  checkRule(options)
  checkPrecision(options)
  const context = contextOf(options)
  const { phase, mirrors } = train(context)
  const phases = [phase, evaluate(context), probing(context), ...deriving(context, mirrors)]
  return {
    format: 1,
    precision: options.precision ?? 'f32',
    batch: options.batch,
    tensors: context.tensors.all,
    phases,
  }
}

function contextOf(options: CompileOptions): Context {
  const layouts = layoutsOf(options.network)
  const context = { options, layouts, tensors: new Tensors(), carriers: [] }
  parameters(context).forEach((one) => context.tensors.declare(one))
  return context
}

/** The matrices that carry the rule's signals in training. Throws as {@link compile} does. */
export function carriersOf(options: CompileOptions): readonly Matrix[] {
  checkRule(options)
  const context = contextOf(options)
  train(context)
  return context.carriers
}

/** A phase's beginning: the examples, and what the rule says upon them. */
function begin(context: Context, name: string, training: boolean) {
  const phase = new PhaseBuilder(context, name, training)
  gather(phase)
  return { phase, step: new Step(phase) }
}

/** The phase, and the matrices that follow weights in it. */
function train(context: Context): { phase: Phase; mirrors: readonly Mirror[] } {
  const { phase, step } = begin(context, 'train', true)
  phase.knobs.push('learningRate')
  context.options.rule.train(step)
  const { matrices } = step
  const updates: (Instruction & Update)[] = []
  // Whatever bounds all gradients needs them all before the first update.
  const waits = context.options.optimizer.clipNorm !== undefined
  hear(phase, step.lessons, (heard) => {
    const op = update(phase, heard, mirrorOf(phase, heard.block, matrices))
    if (waits) updates.push(op)
    else phase.add(op)
    stepNorms(phase, heard.block, whileLearning(phase, heard.block))
  })
  phase.add(...clip(context, updates), ...updates)
  const mirrors = mirrorsOf(matrices)
  derive(phase, mirrors)
  step.finish()
  return { phase: phase.build(), mirrors }
}

function evaluate(context: Context): Phase {
  const { phase, step } = begin(context, 'evaluate', false)
  const { rule } = context.options
  if (rule.evaluate === undefined) step.pass()
  else rule.evaluate(step)
  return phase.build()
}

function probing(context: Context): Phase {
  const { phase, step } = begin(context, 'probe', false)
  context.options.rule.train(step)
  probe(phase, step)
  return phase.build()
}

/** Makes the matrices that follow weights anew, whatever their age. */
function deriving(context: Context, mirrors: readonly Mirror[]): Phase[] {
  if (mirrors.length === 0) return []
  const phase = new PhaseBuilder(context, 'derive', false)
  derive(phase, mirrors, true)
  return [phase.build()]
}
