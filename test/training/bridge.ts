/** What a session holds, as the independent reference takes it. */
import { width, type Examples } from '../../ts/data/examples.js'
import type { Session } from '../../ts/engine/index.js'
import { layoutsOf, unitsOf } from '../../ts/network/index.js'
import type { Block, Layout, Layouts, LinearMap, Network, Part } from '../../ts/network/index.js'
import type { ActivationName } from '../reference/functions.js'
import type { Loss } from '../reference/losses.js'
import type { Linear } from '../reference/linear.js'
import { map as mapped, matrix, type Matrix } from '../reference/matrix.js'
import type { Block as ReferenceBlock, Parameters } from '../reference/network.js'
import type { Part as ReferencePart } from '../reference/parts.js'
import { kept, normal, type Address } from '../reference/philox.js'
import type { Task } from '../reference/teach.js'
import type { Windows } from '../reference/windows.js'

/** A tensor; vectors as one row. */
export function tensor(session: Session, name: string): Matrix {
  const { shape, data } = session.read(name)
  const columns = shape.at(-1) ?? 1
  return { rows: data.length / columns, columns, data: Float64Array.from(data) }
}

export const holds = (session: Session, name: string): boolean =>
  session.program.tensors.some((one) => one.name === name)

export interface Step {
  readonly network: Network
  readonly session: Session
  readonly seed: number
  readonly loss: Loss
  readonly examples: Examples
  readonly learningRate: number
  /** How many steps the session has taken; none unless told. */
  readonly step?: number
}

/** The session's next step, on all examples. */
export function taskOf(given: Step): Task {
  const { network, session, seed, loss, examples, learningRate, step = 0 } = given
  const layouts = layoutsOf(network)
  const blocks = network.blocks.map((block, i) => {
    return blockOf(block, at(layouts, i), tensor(session, `blocks.${i}.weight`))
  })
  const masks = network.blocks.map((block, i) => {
    const part = block.parts.findIndex(({ kind }) => kind === 'dropout')
    const dropout = block.parts[part]
    if (dropout?.kind !== 'dropout') return undefined
    const address: Address = { seed, stream: 'dropout', step, index: i }
    const units = unitsOf(at(at(layouts, i).parts, part))
    return kept(address, examples.count, units, dropout.rate)
  })
  return {
    network: { blocks, loss },
    parameters: network.blocks.map((_, i) => parametersOf(session, i)),
    x: inRows(examples.inputs, width(examples.shape)),
    targets: targetsOf(examples),
    learningRate,
    kept: masks,
  }
}

function parametersOf(session: Session, block: number): Parameters {
  const one = (name: string): Matrix => tensor(session, `blocks.${block}.${name}`)
  const parameters = { weight: one('weight'), bias: one('bias') }
  if (!holds(session, `blocks.${block}.gain`)) return parameters
  const norm = { gain: one('gain'), shift: one('shift') }
  return { ...parameters, norm: { ...norm, mean: one('mean'), variance: one('variance') } }
}

function blockOf({ linear, parts }: Block, layouts: Layouts, weight: Matrix): ReferenceBlock {
  const before = (i: number): Layout => (i === 0 ? layouts.linear : at(layouts.parts, i - 1))
  const translated = parts.map((part, i) => partOf(part, before(i)))
  return { linear: linearOf(linear, layouts, weight), parts: translated }
}

/** What a local field leaves out is zero in the weight as it was drawn. */
function linearOf(map: LinearMap, { input }: Layouts, weight: Matrix): Linear {
  switch (map.kind) {
    case 'dense':
      return { kind: 'dense' }
    case 'conv2d':
      return { kind: 'conv2d', windows: windows(input, map.kernel, map.stride, map.padding) }
    case 'local2d':
      return { kind: 'dense', mask: mapped(weight, (value) => (value === 0 ? 0 : 1)) }
  }
}

function partOf(part: Part, layout: Layout): ReferencePart {
  switch (part.kind) {
    case 'activation':
      return { kind: 'activation', name: activationName(part.activation.kind) }
    case 'maxPool':
    case 'averagePool':
      return { kind: part.kind, windows: windows(layout, part.size, part.stride, [0, 0]) }
    case 'batchNorm':
      return { ...part, epsilon: Math.fround(part.epsilon), momentum: Math.fround(part.momentum) }
    default:
      return part
  }
}

function windows(
  layout: Layout,
  kernel: Windows['kernel'],
  stride: Windows['stride'],
  padding: Windows['padding'],
): Windows {
  const [height = 0, across = 0, channels = 0] = layout
  return { height, width: across, channels, kernel, stride, padding }
}

/** `leakyRelu` as `leaky-relu`. */
const activationName = (kind: string): ActivationName =>
  kind.replace(/[A-Z]/, (letter) => `-${letter.toLowerCase()}`) as ActivationName

const inRows = (values: ArrayLike<number>, columns: number): Matrix =>
  matrix(values.length / columns, columns, (row, column) => values[row * columns + column] ?? NaN)

function targetsOf({ targets, count }: Examples): Matrix {
  if (targets.kind === 'values') return inRows(targets.values, targets.width)
  return matrix(count, targets.classes, (row, one) => (targets.labels[row] === one ? 1 : 0))
}

/** Normal draws as f32 holds them. */
export const draws = (address: Address, rows: number, columns: number, deviation: number): Matrix =>
  mapped(normal(address, rows, columns, deviation), Math.fround)

export function at<T>(all: readonly T[], i: number): T {
  const one = all[i]
  if (one === undefined) throw new RangeError(`no element ${i}`)
  return one
}
