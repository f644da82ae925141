/** One step of plain SGD under a rule that is said as a signal to each hidden block. */
import { carry, masked } from './linear.js'
import { top, type Top } from './losses.js'
import { scale, type Matrix } from './matrix.js'
import {
  forward,
  gradients,
  localBackward,
  of,
  type Circumstances,
  type Gradients,
  type Network,
  type Parameters,
  type Tap,
  type Trace,
} from './network.js'

/** What a step is taken on. */
export interface Task extends Pick<Circumstances, 'kept'> {
  readonly network: Network
  readonly parameters: readonly Parameters[]
  /** [n × inputs]. */
  readonly x: Matrix
  /** [n × classes]; labels are rows with a one. */
  readonly targets: Matrix
  readonly learningRate: number
}

/** What a step adds to a block's parameters; undefined where the block does not learn. */
export type Change = Gradients | undefined

/** A matrix for each block that has one. */
export type PerBlock = readonly (Matrix | undefined)[]

/** The signal that arrives at a hidden block; `above` is δ of the block above it. */
export type Signal = (block: number, above: Matrix, out: Top) => Matrix | undefined

/** −η · (1/n) · the sum over the examples. */
export const step = (sum: Matrix, { x, learningRate }: Task): Matrix =>
  scale(sum, -learningRate / x.rows)

export function change(task: Task, sums: Gradients): Gradients {
  const { weight, bias, gain, shift } = sums
  return {
    weight: step(weight, task),
    bias: step(bias, task),
    ...(gain && { gain: step(gain, task) }),
    ...(shift && { shift: step(shift, task) }),
  }
}

/** The pass that a step learns from, and what the loss makes of it. */
export function look({ network, parameters, x, targets, kept }: Task): {
  traces: Trace[]
  out: Top
} {
  const traces = forward(network, parameters, x, kept === undefined ? {} : { kept })
  return { traces, out: top(network.loss, of(traces, traces.length - 1).output, targets) }
}

/** The output block learns from the loss, each hidden one from its signal. */
export function teach(task: Task, signal: Signal, tap: Tap = 'output'): Change[] {
  const { traces, out } = look(task)
  const last = traces.length - 1
  const changes: Change[] = traces.map(() => undefined)
  let { delta, ...norm } = localBackward(of(traces, last), out.delta, 'output')
  for (let block = last; ; block--) {
    const learned = { ...gradients(of(traces, block), delta), ...norm }
    changes[block] = change(task, learned)
    const arriving = block === 0 ? undefined : signal(block - 1, delta, out)
    if (arriving === undefined) return changes
    ;({ delta, ...norm } = localBackward(of(traces, block - 1), arriving, tap))
  }
}

/** δ of the block above · Mᵀ, M of the shape of that block's weight. */
export const through =
  ({ network }: Task, matrices: PerBlock): Signal =>
  (block, above) =>
    carry(of(network.blocks, block + 1).linear, of(matrices, block + 1), above)

/** The weights as they are before the step. */
export const weights = ({ network, parameters }: Task): Matrix[] =>
  network.blocks.map(({ linear }, i) => masked(linear, of(parameters, i).weight))
