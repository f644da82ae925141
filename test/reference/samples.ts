/** Small random networks with a batch, one for each kind of block. */
import { functions, type ActivationName } from './functions.js'
import type { Linear } from './linear.js'
import type { Loss } from './losses.js'
import { add, map, matrix, scale, type Matrix } from './matrix.js'
import { forward, of, type Block, type Parameters } from './network.js'
import type { Part } from './parts.js'
import { kept, uniform } from './philox.js'
import type { Task } from './teach.js'
import { coverage, type Windows } from './windows.js'

/** A reproducible matrix of values in (−range, range); other indices, other values. */
export const random = (index: number, rows: number, columns: number, range = 1): Matrix =>
  uniform({ seed: 7, stream: 'weights', step: 0, index }, rows, columns, range)

interface Layer {
  block: Block
  parameters: Parameters
}

function layer(linear: Linear, inputs: number, outputs: number, parts: readonly Part[]): Layer {
  const index = 100 * inputs + outputs
  const one = (at: number, range: number): Matrix => random(index + at, 1, outputs, range)
  const positive = (m: Matrix): Matrix => map(m, (value) => 1 + value)
  const norm = { gain: positive(one(1, 0.5)), shift: one(2, 0.5) }
  const statistics = { mean: one(3, 0.5), variance: positive(one(4, 0.5)) }
  const weight = random(index, inputs, outputs, 1.5 / Math.sqrt(inputs))
  const parameters = { weight, bias: one(5, 0.5), norm: { ...norm, ...statistics } }
  return { block: { linear, parts }, parameters }
}

export const dense = (inputs: number, outputs: number, ...parts: Part[]): Layer =>
  layer({ kind: 'dense' }, inputs, outputs, parts)

/** Each unit hears about half of its inputs. */
export const fields = (inputs: number, outputs: number, ...parts: Part[]): Layer => {
  const mask = matrix(inputs, outputs, (row, column) => ((3 * row + 5 * column) % 7 < 4 ? 1 : 0))
  return layer({ kind: 'dense', mask }, inputs, outputs, parts)
}

export function conv2d(windows: Windows, outputs: number, ...parts: Part[]): Layer {
  const inputs = windows.kernel[0] * windows.kernel[1] * windows.channels
  return layer({ kind: 'conv2d', windows }, inputs, outputs, parts)
}

export const act = (name: ActivationName): Part => ({ kind: 'activation', name })
const dropout: Part = { kind: 'dropout', rate: 0.4 }
const batchNorm: Part = { kind: 'batchNorm', epsilon: 1e-3, momentum: 0.1 }
const maxout: Part = { kind: 'maxout', pieces: 2 }

/** The samples' images. */
const image: Windows = {
  ...{ height: 5, width: 4, channels: 2 },
  ...{ kernel: [3, 2], stride: [2, 1], padding: [1, 0] },
}
/** What their convolution makes of them, and how that is pooled, to 2 × 2. */
const pooled: Windows = {
  ...{ height: 3, width: 3, channels: 6 },
  ...{ kernel: [2, 2], stride: [1, 2], padding: [0, 1] },
}
const maxPool: Part = { kind: 'maxPool', windows: pooled }
const averagePool: Part = { kind: 'averagePool', windows: pooled }

export const lossKinds: readonly Loss[] = [
  { kind: 'cross-entropy' },
  { kind: 'binary-cross-entropy' },
  { kind: 'mse', output: 'identity' },
  { kind: 'mse', output: 'sigmoid' },
]

/** A step on six examples; the rate is one, so that a change is minus the mean gradient. */
export function task(
  layers: Layer[],
  inputs: number,
  loss: Loss = { kind: 'cross-entropy' },
): Task {
  const network = { blocks: layers.map(({ block }) => block), loss }
  const parameters = layers.map((one) => one.parameters)
  const x = random(1, 6, inputs)
  const traces = forward(network, parameters, x, { training: false })
  const outputs = of(traces, layers.length - 1).output.columns
  const targets = matrix(6, outputs, (row, column) => ((5 * row) % outputs === column ? 1 : 0))
  const masks = traces.map(({ output }, index) => {
    const address = { seed: 7, stream: 'dropout', step: 0, index } as const
    return kept(address, output.rows, output.columns, 0.4)
  })
  return { network, parameters, x, targets, learningRate: 1, kept: masks }
}

/** Three blocks of the kind in question, then a linear one. */
export const deep = (make: typeof dense, wide: number, ...parts: Part[]): Task =>
  task([make(9, wide, ...parts), make(8, wide, ...parts), make(8, wide, ...parts), dense(8, 4)], 9)

/** A convolution with the parts in question, another one, then a dense block. */
function convolutional(features: number, ...parts: Part[]): Task {
  const smaller = parts.some(({ kind }) => kind.endsWith('Pool')) ? { height: 2, width: 2 } : {}
  const second: Windows = { ...pooled, ...smaller, kernel: [2, 3], stride: [1, 1] }
  const top = dense(3 * coverage(second).length, 4)
  return task([conv2d(image, features, ...parts), conv2d(second, 3, act('tanh')), top], 40)
}

export const samples: Record<string, Task> = {
  ...Object.fromEntries(
    (Object.keys(functions) as ActivationName[]).map((name) => [name, deep(dense, 8, act(name))]),
  ),
  'local fields': deep(fields, 8, act('tanh')),
  dropout: deep(dense, 8, act('tanh'), dropout),
  maxout: deep(dense, 16, maxout),
  'batch norm': deep(dense, 8, batchNorm, act('softplus')),
  'batch norm and maxout': deep(dense, 16, batchNorm, maxout, dropout),
  conv2d: convolutional(6, act('tanh')),
  'conv2d and max pooling': convolutional(6, act('tanh'), maxPool),
  'conv2d and average pooling': convolutional(6, act('sigmoid'), averagePool),
  'conv2d, batch norm and maxout': convolutional(12, batchNorm, maxout),
  'conv2d and all local parts': convolutional(12, batchNorm, act('tanh'), maxout, maxPool, dropout),
}

/** (f(m + h) − f(m − h)) / 2h for each element of m. */
export function slopes(m: Matrix, f: (changed: Matrix) => number, h = 1e-5): Matrix {
  return matrix(m.rows, m.columns, (row, column) => {
    const by = matrix(m.rows, m.columns, (i, j) => (i === row && j === column ? h : 0))
    return (f(add(m, by)) - f(add(m, scale(by, -1)))) / (2 * h)
  })
}
