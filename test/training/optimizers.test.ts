import { afterEach, describe, expect, test } from 'vitest'
import { stepping } from '../../ts/compile/optimizers.js'
import { Tensors, type Context } from '../../ts/compile/phase.js'
import { tensor } from '../../ts/compile/tensors.js'
import { DataSet, engine, Session, type Binding } from '../../ts/engine/index.js'
import { addon, native } from '../../ts/engine/native.js'
import type { Instruction, Mirror, Program } from '../../ts/engine/program.js'
import { optimizers, type Optimizer } from '../../ts/training/optimizers.js'
import { read, relative, smallOptions, values } from './small.js'
import { textbook } from './textbook.js'

afterEach(() => {
  delete process.env['FEEDALIGN_KERNEL']
})

const [INPUTS, OUTPUTS, ROWS, STEPS] = [19, 21, 3, 100]
const RATE = 0.01

const all: Readonly<Record<string, Optimizer>> = {
  sgd: optimizers.sgd({ learningRate: RATE }),
  momentum: optimizers.sgd({ learningRate: RATE, momentum: 0.9, weightDecay: 0.1 }),
  nesterov: optimizers.sgd({ learningRate: RATE, momentum: 0.9, nesterov: true }),
  'nesterov with decay': optimizers.sgd({
    learningRate: RATE,
    momentum: 0.9,
    nesterov: true,
    weightDecay: 0.1,
  }),
  'sgd cut by value': optimizers.sgd({ learningRate: RATE, clipValue: 0.2, weightDecay: 0.1 }),
  rmsprop: optimizers.rmsprop({ learningRate: RATE, weightDecay: 0.1 }),
  adam: optimizers.adam({ learningRate: RATE }),
  'adam with decay, cut by value': optimizers.adam({
    learningRate: RATE,
    weightDecay: 0.1,
    clipValue: 0.2,
  }),
  adamw: optimizers.adamw({ learningRate: RATE, weightDecay: 0.5 }),
}

interface Given {
  readonly optimizer: Optimizer
  readonly bf16?: boolean
  readonly mirror?: Mirror
  readonly enabled?: boolean
  readonly factors?: number[]
}

/**
 * A Program that steps W, b and a vector along gradients which the data says: x are the inputs,
 * delta are the targets, whatever the parameters are.
 */
function program({ optimizer, bf16 = false, mirror, enabled = false, factors }: Given): Program {
  const tensors = new Tensors()
  const declare = (name: string, role: 'weight' | 'bias' | 'feedback', shape: number[]): string =>
    tensors.declare(tensor(name, role, shape))
  const weight = declare('W', 'weight', [INPUTS, OUTPUTS])
  const bias = declare('b', 'bias', [OUTPUTS])
  const vector = declare('c', 'bias', [OUTPUTS])
  if (mirror !== undefined) declare('B', 'feedback', [INPUTS, OUTPUTS])
  const options = smallOptions({ optimizer: { ...optimizer, learningRateFactors: factors } })
  const context: Context = { options, layouts: [], tensors, carriers: [] }
  const when: Pick<Instruction, 'enabled'> = enabled ? { enabled: { knob: 'on' } } : {}
  const { weightDecay } = optimizer
  const ops: Instruction[] = [
    {
      op: 'gather',
      input: tensors.rows('x', INPUTS),
      targets: tensors.rows('delta', OUTPUTS),
      scale: 1,
      shift: 0,
    },
    {
      ...when,
      op: 'update',
      weight,
      bias,
      x: 'x',
      delta: 'delta',
      reduction: 'mean',
      scale: 1,
      weightDecay,
      ...(mirror === undefined ? {} : { mirror }),
      ...stepping(context, { weight, bias, block: 0 }),
    },
    {
      ...when,
      op: 'step',
      vector,
      gradient: 'delta',
      reduction: 'sum',
      ...stepping(context, { weight: vector, block: 1 }),
    },
  ]
  const knobs = ['learningRate', 'on']
  return {
    format: 1,
    precision: bf16 ? 'bf16' : 'f32',
    batch: ROWS,
    tensors: tensors.all,
    phases: [{ name: 'train', advances: true, knobs, metrics: [], ops }],
  }
}

const inputs = values(STEPS * ROWS * INPUTS)
const targets = values(STEPS * ROWS * OUTPUTS, 3)

/** Steps `first` to `end` of 100, in one call. */
async function run(session: Session, binding: Binding, first = 0, end = STEPS, on = 1) {
  const data = DataSet.of(binding, inputs, INPUTS, targets, OUTPUTS)
  const examples = Uint32Array.from({ length: (end - first) * ROWS }, (_, i) => first * ROWS + i)
  const knobs = Float32Array.from({ length: 2 * (end - first) }, (_, i) => (i % 2 ? on : RATE))
  await session.run('train', data, examples, knobs)
}

const open = (given: Given, binding = native(), threads = 1): Session =>
  new Session(binding, program(given), { threads, seed: 1 })

/** Σ over the rows of a step of xᵀδ, and of δ. */
function gradient(step: number): { weight: Float64Array; bias: Float64Array } {
  const sums = { weight: new Float64Array(INPUTS * OUTPUTS), bias: new Float64Array(OUTPUTS) }
  for (let row = step * ROWS; row < (step + 1) * ROWS; row++) {
    for (let o = 0; o < OUTPUTS; o++) {
      const delta = targets[row * OUTPUTS + o] ?? NaN
      sums.bias[o] = (sums.bias[o] ?? NaN) + delta
      for (let i = 0; i < INPUTS; i++) {
        const at = i * OUTPUTS + o
        sums.weight[at] = (sums.weight[at] ?? NaN) + (inputs[row * INPUTS + i] ?? NaN) * delta
      }
    }
  }
  return sums
}

/** How far W, b and c are from the textbook's after 100 steps from zero, each by its norm. */
async function distances(optimizer: Optimizer, binding: Binding): Promise<number[]> {
  const session = open({ optimizer }, binding)
  await run(session, binding)
  const expected = {
    W: new Float64Array(INPUTS * OUTPUTS),
    b: new Float64Array(OUTPUTS),
    c: new Float64Array(OUTPUTS),
  }
  const steps = {
    W: textbook(optimizer, expected.W),
    b: textbook(optimizer, expected.b, false),
    c: textbook(optimizer, expected.c, false),
  }
  for (let step = 0; step < STEPS; step++) {
    const { weight, bias } = gradient(step)
    steps.W(weight.map((sum) => sum / ROWS))
    steps.b(bias.map((sum) => sum / ROWS))
    steps.c(bias)
  }
  return (['W', 'b', 'c'] as const).map((name) => relative(read(session, name), expected[name]))
}

for (const [name, optimizer] of Object.entries(all)) {
  describe(`100 steps of ${name} are those of the textbook`, () => {
    test('on every kernel', async () => {
      for (const kernel of addon().kernels()) {
        process.env['FEEDALIGN_KERNEL'] = kernel
        const found = await distances(optimizer, native())
        expect(Math.max(...found), kernel).toBeLessThan(1e-6)
      }
    })
    test('in WebAssembly', async () => {
      expect(Math.max(...(await distances(optimizer, engine('wasm'))))).toBeLessThan(1e-6)
    })
  })

  test(`${name} gives the same bits however many threads and calls it is cut into`, async () => {
    const hashes = new Set<string>()
    for (const threads of [1, 2, 3]) {
      const session = open({ optimizer }, native(), threads)
      for (const end of [1, 40, 41, 100]) {
        await run(session, native(), end === 1 ? 0 : end === 40 ? 1 : end === 41 ? 40 : 41, end)
      }
      hashes.add(session.weightsSha256)
    }
    const whole = open({ optimizer })
    await run(whole, native())
    hashes.add(whole.weightsSha256)
    expect(hashes.size).toBe(1)
  })

  test(`${name} goes on from a snapshot to the same bits`, async () => {
    const [before, after] = [open({ optimizer }), open({ optimizer })]
    await run(before, native(), 0, 37)
    after.restore(before.snapshot())
    await run(before, native(), 37)
    await run(after, native(), 37)
    expect(after.weightsSha256).toBe(before.weightsSha256)
  })
}

for (const [optimizer, moment] of [
  [optimizers.sgd({ learningRate: RATE, momentum: 0.9 }), 'velocity'],
  [optimizers.adam({ learningRate: RATE }), 'first'],
] as const) {
  test(`what a ${moment} moment has all but forgotten is nothing, not denormal, on every kernel`, async () => {
    const steps = 1000
    const examples = Uint32Array.from({ length: steps * ROWS }, (_, i) => i % ROWS)
    const knobs = Float32Array.from({ length: 2 * steps }, (_, i) => (i % 2 ? 1 : RATE))
    const nothing = new Float32Array(targets.length)
    const kernels = [...addon().kernels(), 'wasm']
    for (const kernel of kernels) {
      if (kernel !== 'wasm') process.env['FEEDALIGN_KERNEL'] = kernel
      else delete process.env['FEEDALIGN_KERNEL']
      const binding = kernel === 'wasm' ? engine('wasm') : native()
      const session = open({ optimizer }, binding)
      await run(session, binding, 0, 1)
      const still = DataSet.of(binding, inputs, INPUTS, nothing, OUTPUTS)
      await session.run('train', still, examples, knobs)
      for (const tensor of [`W.${moment}`, `b.${moment}`, `c.${moment}`]) {
        expect(new Set(read(session, tensor)), `${kernel} ${tensor}`).toEqual(new Set([0]))
      }
    }
  })
}

test('in bf16 Adam steps the f32 weights as the textbook does, from rounded x and delta', async () => {
  const optimizer = optimizers.adam({ learningRate: RATE })
  const [half, whole] = [open({ optimizer, bf16: true }), open({ optimizer })]
  for (const session of [half, whole]) await run(session, native())
  expect(relative(read(half, 'W'), read(whole, 'W'))).toBeLessThan(0.02)
})

test('while an update is off its optimizer forgets and counts nothing', async () => {
  const optimizer = optimizers.adamw({ learningRate: RATE })
  const session = open({ optimizer, enabled: true })
  await run(session, native(), 0, 30)
  const held = session.snapshot()
  await run(session, native(), 30, 60, 0)
  // The step counter alone has moved.
  const names = ['W', 'b', 'c', 'W.first', 'W.second', 'W.count', 'c.count']
  const after = names.map((name) => session.read(name).data)
  const other = open({ optimizer, enabled: true })
  other.restore(held)
  expect(after).toEqual(names.map((name) => other.read(name).data))
  expect(session.read('W.count').data).toEqual(Float32Array.of(30))
})

test('a factor on the learning rate is a factor on the step, with AdamW on the decay too', async () => {
  for (const optimizer of [all['adamw'], all['nesterov with decay']]) {
    if (optimizer === undefined) throw new Error('no such optimizer')
    const [slow, fast] = [
      open({ optimizer, factors: [0.25, 0.25, 0.25] }),
      open({ optimizer: { ...optimizer, learningRate: RATE } }),
    ]
    const start = values(INPUTS * OUTPUTS, 9)
    const moved: Float64Array[] = []
    for (const session of [slow, fast]) {
      session.write('W', start)
      await run(session, native(), 0, 1)
      moved.push(read(session, 'W').map((value, i) => value - (start[i] ?? NaN)))
    }
    const [quarter = [], full = []] = moved
    expect(
      relative(
        quarter,
        Float64Array.from(full, (value) => value / 4),
      ),
    ).toBeLessThan(1e-4)
  }
})

describe('a mirror takes the step that the weight took', () => {
  for (const [name, optimizer] of Object.entries(all)) {
    test(`of ${name}, and both shrink alike`, async () => {
      const plain = { ...optimizer, weightDecay: 0 }
      const session = open({ optimizer: plain, mirror: { into: 'B', decay: 0.05 } })
      const start = values(INPUTS * OUTPUTS, 9)
      session.write('B', start)
      await run(session, native(), 0, 40)
      const [w, b] = [read(session, 'W'), read(session, 'B')]
      // They differ by what they began with, which has shrunk.
      const apart = b.map((value, i) => value - (w[i] ?? NaN))
      const expected = Float64Array.from(start, (value) => value * 0.95 ** 40)
      expect(relative(apart, expected)).toBeLessThan(1e-5)
      const alone = new Float64Array(INPUTS * OUTPUTS)
      const step = textbook(plain, alone)
      const before = alone.slice()
      for (let n = 0; n < 40; n++) {
        before.set(alone)
        step(gradient(n).weight.map((sum) => sum / ROWS))
        for (let i = 0; i < alone.length; i++)
          alone[i] = (alone[i] ?? NaN) - 0.05 * (before[i] ?? NaN)
      }
      expect(relative(w, alone)).toBeLessThan(1e-6)
    })
  }

  test('its decay is the only one, and in bf16 there is none', () => {
    const mirror = { into: 'B', decay: 0.05 }
    const optimizer = optimizers.sgd({ learningRate: RATE, weightDecay: 0.1 })
    expect(() => open({ optimizer, mirror })).toThrow(/decays by its mirror's `decay` alone/)
    const plain = optimizers.sgd({ learningRate: RATE })
    expect(() => open({ optimizer: plain, mirror, bf16: true })).toThrow(/choose precision f32/)
  })
})

test('an option out of its range is refused by its name and value', () => {
  expect(() => optimizers.adam({ learningRate: 0.1, beta1: 1 })).toThrow('beta1 1 is out of range')
  expect(() => optimizers.adam({ learningRate: 0.1, beta2: -1 })).toThrow('beta2 -1 is out')
  expect(() => optimizers.rmsprop({ learningRate: 0.1, epsilon: 0 })).toThrow('epsilon 0 is out')
  expect(() => optimizers.sgd({ learningRate: 0.1, clipValue: 0 })).toThrow('clipValue 0 is out')
  expect(() => optimizers.sgd({ learningRate: 0.1, nesterov: true })).toThrow(/needs a momentum/)
  const factors = { learningRateFactors: [1, -1] }
  expect(() => optimizers.sgd({ learningRate: 0.1, ...factors })).toThrow('learningRateFactors[1]')
})
