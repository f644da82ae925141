/** Small networks probed, and what the independent reference has of the same examples. */
import { expect } from 'vitest'
import { dataset, type Examples } from '../../ts/data/examples.js'
import type { Binding, Session } from '../../ts/engine/index.js'
import { native } from '../../ts/engine/native.js'
import { outputs, unitsOf, type Network } from '../../ts/network/index.js'
import type { Rule } from '../../ts/rules/index.js'
import { Calls } from '../../ts/training/calls.js'
import { Diagnostics } from '../../ts/training/diagnostics.js'
import { carry } from '../reference/linear.js'
import * as m from '../reference/matrix.js'
import { localBackward, of, type Trace } from '../reference/network.js'
import { look, type PerBlock, type Task } from '../reference/teach.js'
import { holds, taskOf, tensor } from './bridge.js'
import { networks } from './networks.js'
import { engineData, smallOptions, smallSession, values } from './small.js'

export const SEED = 5
export const COUNT = 13

export interface Setting {
  readonly network: Network
  readonly rule: Rule
  readonly batch: number
  readonly engine?: Binding
  readonly largestInverse?: number
}

export function examplesOf(net: Network, first = 0, end = COUNT): Examples {
  const [width, classes] = [unitsOf(net.shape), outputs(net)]
  const targets = Uint32Array.from({ length: end - first }, (_, i) => ((first + i) * 7) % classes)
  const inputs = values(COUNT * width, 3).subarray(first * width, end * width)
  return dataset({ inputs, shape: [...net.shape], targets, classes })
}

/**
 * The network's blocks as they are measured, the session, and the reference's task of each batch.
 */
export async function probed({ network: net, engine = native(), batch, ...rest }: Setting) {
  const session = smallSession(smallOptions({ network: net, batch, ...rest }), 1, engine)
  net.blocks.forEach((_, i) => {
    const name = `blocks.${i}.bias`
    session.write(
      name,
      values(session.read(name).data.length, i + 9).map((value) => 0.3 * value),
    )
  })
  const data = engineData(examplesOf(net), engine)
  const examples = Uint32Array.from({ length: COUNT }, (_, i) => i)
  const found = await new Diagnostics(new Calls(session), net).measure({ data, examples })
  const tasks = Array.from({ length: Math.ceil(COUNT / batch) }, (_, i) =>
    taskFor(session, net, examplesOf(net, i * batch, Math.min(COUNT, (i + 1) * batch))),
  )
  return { blocks: found ?? [], session, tasks, whole: taskFor(session, net, examplesOf(net)) }
}

const taskFor = (session: Session, net: Network, examples: Examples): Task =>
  taskOf({
    ...{ network: net, session, seed: SEED, examples, learningRate: 1 },
    loss: { kind: 'cross-entropy' },
  })

/** δ by block, as matrices of the weights' shapes carry it down. */
export function deltas(task: Task, matrices: PerBlock): { traces: Trace[]; deltas: m.Matrix[] } {
  const { traces, out } = look(task)
  const found: m.Matrix[] = []
  let signal = out.delta
  for (let block = traces.length - 1; block >= 0; block--) {
    const { delta } = localBackward(of(traces, block), signal, 'output')
    found[block] = delta
    if (block > 0) signal = carry(of(traces, block).block.linear, of(matrices, block), delta)
  }
  return { traces, deltas: found }
}

export function degrees(a: m.Matrix, b: m.Matrix): number {
  return (Math.acos(Math.min(1, m.inner(a, b) / m.norm(a) / m.norm(b))) * 180) / Math.PI
}

/** The elements of several matrices, one after the other: what batches ask for, taken together. */
export function together(all: readonly m.Matrix[]): m.Matrix {
  const data = Float64Array.from(all.flatMap((one) => [...one.data]))
  return { rows: 1, columns: data.length, data }
}

/** f32's rounding, which the arc cosine magnifies near 0° and 180°. */
export function expectAngle(
  found: number | null | undefined,
  expected: number,
  what: string,
): void {
  expect(found, what).not.toBeNull()
  const within = Math.min(expected, 180 - expected) < 1 ? 0.1 : 0.01
  expect(Math.abs((found ?? NaN) - expected), what).toBeLessThan(within)
}

/** B of each block that has one. */
export const feedbackOf = (session: Session, net: Network): PerBlock =>
  net.blocks.map((_, i) => {
    const name = `blocks.${i}.feedback`
    return holds(session, name) ? tensor(session, name) : undefined
  })

/** One of the small networks. */
export function networkOf(kind: string): Network {
  const found = networks[kind]
  if (found === undefined) throw new RangeError(kind)
  return found
}
