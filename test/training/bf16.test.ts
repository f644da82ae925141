import { afterEach, describe, expect, test } from 'vitest'
import type { CompileOptions } from '../../ts/compile/index.js'
import type { Session } from '../../ts/engine/index.js'
import { wasm } from '../../ts/engine/wasm.js'
import { parseNetwork } from '../../ts/network/index.js'
import { add, defineRule, direct, rules, through } from '../../ts/rules/index.js'
import { fit } from '../../ts/training/fit.js'
import { optimizers } from '../../ts/training/optimizers.js'
import { temporaryFolder } from '../folders.js'
import { engineData, finish, smallFit, smallOptions, smallSession, train } from './small.js'

afterEach(() => {
  delete process.env['FEEDALIGN_KERNEL']
})

/** A small network in bf16 whose sizes are odd, and so is the last batch, with changes. */
function options(changes: Partial<CompileOptions> = {}): CompileOptions {
  const network = parseNetwork('12-21-35-4', 'sigmoid')
  return smallOptions({ network, batch: 7, rule: rules.fa(), precision: 'bf16', ...changes })
}

/** ‖a − b‖ / ‖b − c‖ over the weights: how far a is from b, against how far b came from c. */
function deviation(a: Session, b: Session, c: Session): number {
  const norm = (left: Session, right: Session): number => {
    const squares = [0, 1, 2].flatMap((block) => {
      const [x, y] = [left, right].map((one) => one.read(`blocks.${block}.weight`).data)
      return [...(x ?? [])].map((value, i) => (value - (y?.[i] ?? NaN)) ** 2)
    })
    return Math.sqrt(squares.reduce((sum, square) => sum + square, 0))
  }
  return norm(a, b) / norm(b, c)
}

const mixed = defineRule({
  name: 'mixed',
  signal: ({ above, block, out, fixed, D }) =>
    add(through(above, fixed(above)), direct(out.error, D(block))),
})

const cases: readonly [string, Partial<CompileOptions>][] = [
  ['bp', { rule: rules.bp() }],
  ['fa', { rule: rules.fa() }],
  ['fa of low rank', { rule: rules.fa(), feedbackRank: 3 }],
  ['dfa', { rule: rules.dfa() }],
  ['a rule that adds signals', { rule: mixed }],
  [
    'momentum and decay',
    { optimizer: optimizers.sgd({ learningRate: 0.1, momentum: 0.9, weightDecay: 0.01 }) },
  ],
]

describe.each(cases)('in bf16, %s', (_, changes) => {
  test('goes where f32 goes, to the precision of bf16', async () => {
    const half = smallSession(options(changes))
    const single = smallSession(options({ ...changes, precision: 'f32' }))
    const start = smallSession(options({ ...changes, precision: 'f32' }))
    expect(half.weightsSha256).toBe(start.weightsSha256)
    for (const session of [half, single]) await train(session, engineData(), 5)
    expect(deviation(half, single, start)).toBeLessThan(0.02)
    expect(half.weightsSha256).not.toBe(single.weightsSha256)
  })

  test('has the same bits for any number of threads', async () => {
    const sessions = [1, 2, 3].map((threads) => smallSession(options(changes), threads))
    for (const session of sessions) await train(session, engineData(), 3)
    expect(new Set(sessions.map((session) => session.weightsSha256)).size).toBe(1)
  })

  test('goes on from a snapshot to the same bits', async () => {
    const whole = smallSession(options(changes))
    await train(whole, engineData(), 2)
    const resumed = smallSession(options(changes))
    resumed.restore(whole.snapshot())
    for (const session of [whole, resumed]) await train(session, engineData(), 2)
    expect(resumed.weightsSha256).toBe(whole.weightsSha256)
  })

  test('is near its reference on every engine', async () => {
    const start = smallSession(options(changes))
    const fast = smallSession(options(changes))
    process.env['FEEDALIGN_KERNEL'] = 'generic'
    const reference = smallSession(options(changes))
    expect(reference.kernel).toBe('generic')
    const inWasm = smallSession(options(changes), 1, wasm())
    await train(inWasm, engineData(undefined, wasm()), 3)
    for (const session of [fast, reference]) await train(session, engineData(), 3)
    expect(deviation(fast, reference, start)).toBeLessThan(1e-3)
    expect(deviation(inWasm, reference, start)).toBeLessThan(1e-3)
  })
})

test('in bf16, feedback alignment with B equal to W is backpropagation to the last bit', async () => {
  // One step: after it W has moved and B has not.
  const bp = smallSession(options({ batch: 40, rule: rules.bp() }))
  const fa = smallSession(options({ batch: 40 }))
  for (let step = 0; step < 5; step++) {
    for (const block of [1, 2]) {
      fa.write(`blocks.${block}.feedback`, fa.read(`blocks.${block}.weight`).data)
    }
    for (const session of [bp, fa]) await train(session, engineData())
  }
  expect(fa.weightsSha256).toBe(bp.weightsSha256)
})

test('in bf16, weights are f32 all along and fixed feedback is rounded once', async () => {
  const isCoarse = (value: number): boolean => {
    const [bits = 0] = new Uint32Array(Float32Array.of(value).buffer)
    return (bits & 0xffff) === 0
  }
  const session = smallSession(options())
  const before = session.read('blocks.1.feedback').data
  expect(before.every(isCoarse)).toBe(true)
  await train(session, engineData(), 2)
  expect(session.read('blocks.1.feedback').data).toEqual(before)
  expect(session.read('blocks.1.weight').data.some((value) => !isCoarse(value))).toBe(true)
})

test('a run in bf16 says so, learns, and measures backpropagation as no angle from itself', async () => {
  const events = []
  for await (const event of fit(smallFit({ rule: rules.bp(), precision: 'bf16', epochs: 30 }))) {
    if (event.event !== 'progress') events.push(event)
  }
  expect(events[0]).toMatchObject({ event: 'start', precision: 'bf16' })
  const epochs = events.filter((event) => event.event === 'epoch')
  expect(epochs[0]?.angles[0]).toBeCloseTo(0, 2)
  expect(epochs.at(-1)?.trainLoss).toBeLessThan((epochs[1]?.trainLoss ?? 0) / 2)
})

test('a snapshot of f32 is refused in bf16, and the other way round', () => {
  const [half, single] = [options(), options({ precision: 'f32' })].map((one) => smallSession(one))
  expect(() => {
    half?.restore(single?.snapshot() ?? new Uint8Array())
  }).toThrow(/another network, rule or setting/)
})

test('a run in bf16 ends with the same bits whether or not it was stopped on the way', async () => {
  const settings = { precision: 'bf16', checkpoints: temporaryFolder() } as const
  await finish(fit(smallFit({ ...settings, epochs: 3 })))
  const resumed = await finish(fit(smallFit({ ...settings, resume: true })))
  expect(resumed).toBe(await finish(fit(smallFit({ precision: 'bf16' }))))
})

test('in bf16, sparse matrices and grids are refused with the cure', () => {
  const [weightDensity, feedbackDensity, feedbackGrid] = [0.5, 0.5, 'int8'] as const
  for (const choice of [{ weightDensity }, { feedbackDensity }, { feedbackGrid }]) {
    const [name] = Object.keys(choice)
    const message = `${name} is there in precision f32 only: leave it out, or use f32`
    expect(() => smallSession(options(choice))).toThrow(message)
  }
})
