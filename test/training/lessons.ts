/** For each rule, what the reference says of a session's next step. */
import type { Session } from '../../ts/engine/index.js'
import { layoutsOf, unitsOf, type Network } from '../../ts/network/index.js'
import { rules, type Rule } from '../../ts/rules/index.js'
import { matrix, type Matrix } from '../reference/matrix.js'
import { word, type Address } from '../reference/philox.js'
import type { Trace } from '../reference/network.js'
import * as reference from '../reference/rules/index.js'
import type { Change, PerBlock, Task } from '../reference/teach.js'
import { at, draws, holds, tensor } from './bridge.js'

/** A session that is about to take a step. */
export interface Eve {
  readonly task: Task
  readonly session: Session
  readonly network: Network
  readonly seed: number
  /** How many steps the session has taken. */
  readonly step: number
}

export interface Expected {
  /** Of weight, bias, gain and shift of each block; undefined where none moves. */
  readonly changes: readonly Change[]
  /** A block's second pass, where that too moves running statistics. */
  readonly later?: readonly (Trace | undefined)[]
  /** Of other tensors, by name. */
  readonly others?: Readonly<Record<string, Matrix>>
}

export interface Lesson {
  readonly rule: Rule
  readonly expected: (eve: Eve) => Expected
}

/** blocks.i.KIND of every block that has it. */
const each = ({ session, network }: Eve, kind: string): PerBlock =>
  network.blocks.map((_, i) => {
    const name = `blocks.${i}.${kind}`
    return holds(session, name) ? tensor(session, name) : undefined
  })

const feedback = (eve: Eve): PerBlock => each(eve, 'feedback')
const direct = (eve: Eve): PerBlock => each(eve, 'direct')

/** What is known of some blocks, by tensors' names. */
const named = (kind: string, matrices: PerBlock): Record<string, Matrix> =>
  Object.fromEntries(matrices.flatMap((one, i) => (one ? [[`blocks.${i}.${kind}`, one]] : [])))

/** ξ of each block at its linear map's output, or at its input. */
function noises(eve: Eve, where: 'linear' | 'input', deviation: number): Matrix[] {
  const { task, network, seed, step } = eve
  return layoutsOf(network).map((layouts, index) => {
    const address: Address = { seed, stream: 'noise', step, index }
    return draws(address, task.x.rows, unitsOf(layouts[where]), deviation)
  })
}

/** Another class than an example's own: the draw counts through the others. */
function wrongLabels({ task, seed, step }: Eve): Matrix {
  const { rows, columns } = task.targets
  const wrong = Array.from({ length: rows }, (_, row) => {
    const right = task.targets.data.subarray(row * columns, (row + 1) * columns).indexOf(1)
    const draw = word({ seed, stream: 'noise', step, index: 0 }, row)
    const other = Math.floor((draw * (columns - 1)) / 2 ** 32)
    return other < right ? other : other + 1
  })
  return matrix(rows, columns, (row, column) => (wrong[row] === column ? 1 : 0))
}

const DECAY = 0.25
const MIRROR = { noise: 0.5, rate: 0.5, decay: 0.25 }
const TARGETS = { step: 4, noise: 0.3, rate: 0.5 }
const SIGMA = 0.5

const simple = (rule: Rule, changes: (eve: Eve) => Change[]): Lesson => {
  return { rule, expected: (eve) => ({ changes: changes(eve) }) }
}

export const lessons: readonly Lesson[] = [
  simple(rules.bp(), ({ task }) => reference.bp(task)),
  simple(rules.shallow(), ({ task }) => reference.shallow(task)),
  simple(rules.fa(), (eve) => reference.fa(eve.task, feedback(eve))),
  simple(rules.dfa(), (eve) => reference.dfa(eve.task, direct(eve))),
  simple(rules.sdfa(), (eve) => reference.sdfa(eve.task, direct(eve))),
  simple(rules.drtp(), (eve) => reference.drtp(eve.task, direct(eve))),
  // Their magnitudes are what the feedback has before the step; the signs are the reference's own.
  simple(rules.usf(), (eve) => {
    const sizes = feedback(eve).map((one) => one && Math.max(...one.data.map(Math.abs)))
    return reference.usf(eve.task, sizes)
  }),
  simple(rules.frsf(), (eve) => reference.frsf(eve.task, each(eve, 'feedback.magnitude'))),
  simple(rules.brsf(), (eve) => reference.brsf(eve.task, (i) => at(feedback(eve), i) as Matrix)),
  {
    rule: rules.kolenPollack({ decay: DECAY }),
    expected: (eve) => {
      const { changes, feedback: moved } = reference.kolenPollack(eve.task, feedback(eve), DECAY)
      return { changes, others: named('feedback', moved) }
    },
  },
  {
    rule: rules.weightMirror({ every: 1, ...MIRROR }),
    expected: (eve) => {
      const { changes, feedback: moved } = reference.weightMirror(eve.task, feedback(eve), {
        noise: noises(eve, 'input', MIRROR.noise),
        learningRate: MIRROR.rate,
        decay: MIRROR.decay,
      })
      return { changes, others: named('feedback', moved) }
    },
  },
  simple(rules.pseudoBp(), ({ task }) => reference.pseudoBp(task)),
  simple(rules.nodePerturbation({ sigma: SIGMA }), (eve) =>
    reference.nodePerturbation(eve.task, noises(eve, 'linear', SIGMA), SIGMA),
  ),
  {
    rule: rules.pepita(),
    expected: ({ task, session }) => {
      const projection = tensor(session, 'input.direct')
      const { modulated } = reference.passes(task, projection)
      return { changes: reference.pepita(task, projection), later: modulated }
    },
  },
  simple(rules.forwardForward(), (eve) => reference.forwardForward(eve.task, wrongLabels(eve))),
  {
    rule: rules.dtp(TARGETS),
    expected: (eve) => {
      const [weights, biases] = [each(eve, 'decoder.weight'), each(eve, 'decoder.bias')]
      const decoders = weights.map((weight, i) => {
        const bias = biases[i]
        return weight && bias && { weight, bias }
      })
      const expected = reference.dtp(eve.task, {
        decoders,
        noise: noises(eve, 'input', TARGETS.noise),
        stepSize: TARGETS.step,
        learningRate: TARGETS.rate,
      })
      const moved = (kind: 'weight' | 'bias'): Record<string, Matrix> => {
        const matrices = expected.decoders.map((one) => one?.[kind])
        return named(`decoder.${kind}`, matrices)
      }
      const others = { ...moved('weight'), ...moved('bias') }
      return { changes: expected.changes, later: expected.noisy, others }
    },
  },
]
