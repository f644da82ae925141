import type { Phase, Precision, Program, Reduction } from '../engine/program.js'
import { layoutsOf, type Network } from '../network/index.js'
import type { Rule } from '../rules/rule.js'
import type { Loss } from '../training/losses.js'
import type { Optimizer } from '../training/optimizers.js'
import { checkFeedback, type FeedbackOptions } from './feedback.js'
import { forward, gather } from './forward.js'
import { Lessons } from './lessons.js'
import { PhaseBuilder, Tensors, type Context } from './phase.js'
import { probe } from './probe.js'
import { parameters, type Scales } from './tensors.js'
import { update } from './update.js'

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
  checkFeedback(options)
  const context = { options, layouts: layoutsOf(options.network), tensors: new Tensors() }
  parameters(context.layouts, options).forEach((one) => context.tensors.declare(one))
  const phases = [train(context), evaluate(context), probing(context)]
  return {
    format: 1,
    precision: options.precision ?? 'f32',
    batch: options.batch,
    tensors: context.tensors.all,
    phases,
  }
}

/** A phase's beginning: the examples, and the rule's step upon them. */
function begin(context: Context, name: string, training: boolean): PhaseBuilder {
  const phase = new PhaseBuilder(context, name, training)
  gather(phase)
  return phase
}

function lessonsIn(phase: PhaseBuilder): Lessons {
  const lessons = new Lessons(phase)
  phase.context.options.rule.train(lessons)
  return lessons
}

function train(context: Context): Phase {
  const phase = begin(context, 'train', true)
  phase.knobs.push('learningRate')
  lessonsIn(phase).hear((heard) => {
    update(phase, heard)
  })
  return phase.build()
}

function evaluate(context: Context): Phase {
  const phase = begin(context, 'evaluate', false)
  forward(phase)
  return phase.build()
}

function probing(context: Context): Phase {
  const phase = begin(context, 'probe', false)
  probe(phase, lessonsIn(phase))
  return phase.build()
}
