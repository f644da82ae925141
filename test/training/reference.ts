/**
 * Learning by the textbook: plain loops in f64 over one example after another. It shares no code
 * with the engine, the compiler or the rules, so that agreement with it means something.
 */
import type { ActivationName } from '../../ts/network/index.js'

/** weight [inputs × outputs], row-major; a = x · W + b. */
export interface Layer {
  weight: Float64Array
  bias: Float64Array
  inputs: number
  outputs: number
}

export interface Model {
  layers: Layer[]
  /** Of the hidden layers; the last is linear. */
  activation: ActivationName
  loss: 'cross-entropy' | 'binary-cross-entropy' | 'mse'
  /** What `mse` compares with the target: f(a). */
  output: ActivationName
}

/** One example: its input, and its target as one value per output. */
export interface Example {
  x: ArrayLike<number>
  t: ArrayLike<number>
}

type Vector = number[]

const SLOPE = Math.fround(0.01)

export const functions: Record<ActivationName, (a: number) => number> = {
  identity: (a) => a,
  tanh: Math.tanh,
  sigmoid: (a) => 1 / (1 + Math.exp(-a)),
  relu: (a) => Math.max(a, 0),
  'leaky-relu': (a) => (a > 0 ? a : SLOPE * a),
}

const derivatives: Record<ActivationName, (a: number) => number> = {
  identity: () => 1,
  tanh: (a) => 1 - Math.tanh(a) ** 2,
  sigmoid: (a) => Math.exp(-a) / (1 + Math.exp(-a)) ** 2,
  relu: (a) => (a > 0 ? 1 : 0),
  'leaky-relu': (a) => (a > 0 ? 1 : SLOPE),
}

/** What each layer was given, and the a that it made of it. */
function forward(model: Model, x: ArrayLike<number>): { given: Vector[]; a: Vector[] } {
  const given: Vector[] = []
  const a: Vector[] = []
  let h = Array.from(x)
  model.layers.forEach(({ weight, bias, inputs, outputs }) => {
    given.push(h)
    const sums: Vector = []
    for (let o = 0; o < outputs; o++) {
      let sum = bias[o] ?? NaN
      for (let i = 0; i < inputs; i++) sum += (h[i] ?? NaN) * (weight[i * outputs + o] ?? NaN)
      sums.push(sum)
    }
    a.push(sums)
    h = sums.map(functions[model.activation])
  })
  return { given, a }
}

/** a of the last layer. */
export function predict(model: Model, x: ArrayLike<number>): number[] {
  return forward(model, x).a.at(-1) ?? []
}

/** The loss of an example. */
export function lossOf(model: Model, { x, t }: Example): number {
  const a = predict(model, x)
  const log = Math.log(a.reduce((sum, value) => sum + Math.exp(value), 0))
  const terms = a.map((value, o) => {
    const target = t[o] ?? NaN
    switch (model.loss) {
      case 'cross-entropy':
        return -target * (value - log)
      case 'binary-cross-entropy':
        return Math.log(1 + Math.exp(value)) - target * value
      case 'mse':
        return 0.5 * (functions[model.output](value) - target) ** 2
    }
  })
  return terms.reduce((sum, term) => sum + term, 0)
}

/** y − t after the output function, and dL/da. */
function top(model: Model, a: Vector, t: ArrayLike<number>): { error: Vector; delta: Vector } {
  const total = a.reduce((sum, value) => sum + Math.exp(value), 0)
  const y = a.map((value) => {
    if (model.loss === 'cross-entropy') return Math.exp(value) / total
    return functions[model.loss === 'mse' ? model.output : 'sigmoid'](value)
  })
  const error = y.map((value, o) => value - (t[o] ?? NaN))
  const slope = derivatives[model.output]
  const delta = error.map((e, o) => (model.loss === 'mse' ? e * slope(a[o] ?? NaN) : e))
  return { error, delta }
}

/** The signal that arrives at a hidden layer; none where it does not learn. */
export type Teach = (layer: number, above: Vector, error: Vector) => Vector | undefined

/** The teaching of each rule, from its definition; matrices are row-major. */
export const teaching = {
  /** δ · Wᵀ of the layer above, as it is when the example is shown. */
  bp: (model: Model): Teach => through((layer) => model.layers[layer + 1]?.weight),
  /** δ · Bᵀ, B of the shape of the W above; `feedback[layer + 1]` is that B. */
  fa: (feedback: readonly (Float64Array | undefined)[]): Teach =>
    through((layer) => feedback[layer + 1]),
  /** e · D, D [outputs × width]. */
  dfa:
    (direct: readonly (Float64Array | undefined)[]): Teach =>
    (layer, _, error) => {
      const matrix = direct[layer] ?? new Float64Array()
      const width = matrix.length / error.length
      return Array.from({ length: width }, (_, i) =>
        error.reduce((sum, e, o) => sum + e * (matrix[o * width + i] ?? NaN), 0),
      )
    },
  shallow: (): Teach => () => undefined,
}

function through(matrixAbove: (layer: number) => Float64Array | undefined): Teach {
  return (layer, above) => {
    const matrix = matrixAbove(layer) ?? new Float64Array()
    const width = matrix.length / above.length
    return Array.from({ length: width }, (_, i) =>
      above.reduce((sum, d, o) => sum + d * (matrix[i * above.length + o] ?? NaN), 0),
    )
  }
}

/** Σ over the examples of each layer's xᵀδ and δ; undefined where a layer does not learn. */
export function gradients(
  model: Model,
  teach: Teach,
  examples: readonly Example[],
): (Pick<Layer, 'weight' | 'bias'> | undefined)[] {
  const sums = model.layers.map(({ weight, bias }) => ({
    weight: new Float64Array(weight.length),
    bias: new Float64Array(bias.length),
    learns: false,
  }))
  for (const { x, t } of examples) {
    const { given, a } = forward(model, x)
    const { error, delta } = top(model, a.at(-1) ?? [], t)
    let above: Vector | undefined = delta
    for (let layer = model.layers.length - 1; layer >= 0 && above !== undefined; layer--) {
      add(sums[layer], given[layer] ?? [], above)
      const signal: Vector | undefined = layer === 0 ? undefined : teach(layer - 1, above, error)
      const slopes = a[layer - 1]?.map(derivatives[model.activation])
      above = signal?.map((value, i) => value * (slopes?.[i] ?? NaN))
    }
  }
  return sums.map(({ weight, bias, learns }) => (learns ? { weight, bias } : undefined))
}

function add(
  sum: { weight: Float64Array; bias: Float64Array; learns: boolean } | undefined,
  x: Vector,
  delta: Vector,
): void {
  if (sum === undefined) return
  sum.learns = true
  delta.forEach((d, o) => {
    sum.bias[o] = (sum.bias[o] ?? NaN) + d
    x.forEach((value, i) => {
      const at = i * delta.length + o
      sum.weight[at] = (sum.weight[at] ?? NaN) + value * d
    })
  })
}

export interface Step {
  learningRate: number
  momentum: number
  /** Of weights, never of biases. */
  weightDecay: number
  reduction: 'mean' | 'sum'
}

/** The velocities that momentum keeps from step to step, by the parameter. */
export type Velocities = Map<Float64Array, Float64Array>

/** v ← μv + g + λW, W ← W − ηv; g is the mean or the sum over these examples. */
export function takeStep(
  model: Model,
  teach: Teach,
  examples: readonly Example[],
  velocities: Velocities,
  { learningRate, momentum, weightDecay, reduction }: Step,
): void {
  const rows = reduction === 'mean' ? examples.length : 1
  gradients(model, teach, examples).forEach((gradient, layer) => {
    const held = model.layers[layer]
    if (gradient === undefined || held === undefined) return
    move(held.weight, gradient.weight, weightDecay)
    move(held.bias, gradient.bias, 0)
  })

  function move(parameter: Float64Array, sum: Float64Array, decay: number): void {
    const velocity = velocities.get(parameter) ?? new Float64Array(parameter.length)
    velocities.set(parameter, velocity)
    parameter.forEach((value, i) => {
      velocity[i] = momentum * (velocity[i] ?? NaN) + (sum[i] ?? NaN) / rows + decay * value
      parameter[i] = value - learningRate * (velocity[i] ?? NaN)
    })
  }
}

/** |a − b| / |b|, in the Frobenius norm. */
export function relative(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let wrong = 0
  let norm = 0
  for (let i = 0; i < b.length; i++) {
    wrong += ((a[i] ?? NaN) - (b[i] ?? NaN)) ** 2
    norm += (b[i] ?? NaN) ** 2
  }
  return Math.sqrt(wrong / norm)
}
