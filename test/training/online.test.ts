import { afterEach, describe, expect, test } from 'vitest'
import { datasets } from '../../ts/data/sets/index.js'
import type { Session } from '../../ts/engine/index.js'
import { addon, native } from '../../ts/engine/native.js'
import { wasm } from '../../ts/engine/wasm.js'
import { parseNetwork } from '../../ts/network/index.js'
import { rules } from '../../ts/rules/index.js'
import { optimizers } from '../../ts/training/optimizers.js'
import { engineData, relative, smallData, smallOptions, smallSession } from './small.js'

afterEach(() => {
  delete process.env['FEEDALIGN_KERNEL']
})

const STEPS = 60
type RuleName = 'bp' | 'fa' | 'dfa' | 'shallow'
const RULES: readonly RuleName[] = ['bp', 'fa', 'dfa', 'shallow']

/** One example a step, on digits in [0, 1]: most pixels are zero. */
async function onDigits(
  rule: RuleName,
  threads = 1,
  optimizer = optimizers.sgd({ learningRate: 0.1 }),
) {
  const { train } = await datasets.digits()
  const network = parseNetwork('784-70-33-10', 'relu')
  const options = { network, rule: rules[rule](), batch: 1, scale: 1 / 255, optimizer }
  return { session: smallSession(smallOptions(options), threads), data: engineData(train) }
}

const order = Uint32Array.from({ length: STEPS }, (_, i) => (i * 37) % 500)
/** Another one at each step. */
const rates = Float32Array.from({ length: STEPS }, (_, i) => 0.02 + 0.001 * (i % 7))

/** Trains in calls that end at `cuts`; every step's metrics. */
async function inCalls(
  { session, data }: Awaited<ReturnType<typeof onDigits>>,
  cuts: readonly number[],
  between: (session: Session) => Promise<void> | void = () => undefined,
): Promise<{ losses: number[]; errors: number[] }> {
  const metrics = { losses: [] as number[], errors: [] as number[] }
  for (const [i, end] of cuts.entries()) {
    const start = cuts[i - 1] ?? 0
    const [examples, knobs] = [order.slice(start, end), rates.slice(start, end)]
    const steps = await session.run('train', data, examples, knobs)
    metrics.losses.push(...steps.each('loss'))
    metrics.errors.push(...steps.each('errors'))
    await between(session)
  }
  return metrics
}

/** Calls of one step have no next step to share a pass with: update and product stand alone. */
const oneByOne = Array.from({ length: STEPS }, (_, i) => i + 1)

describe('online, a pass shared by update and next product changes no bit', () => {
  for (const rule of RULES) {
    test(`of ${rule}, whatever the threads and the cuts into calls`, async () => {
      const alone = await onDigits(rule)
      const metrics = await inCalls(alone, oneByOne)
      for (const threads of [1, 2, 3]) {
        for (const cuts of [[STEPS], [1, 2, 30, STEPS], [59, STEPS]]) {
          const shared = await onDigits(rule, threads)
          expect(await inCalls(shared, cuts)).toEqual(metrics)
          expect(shared.session.weightsSha256).toBe(alone.session.weightsSha256)
        }
      }
    })
  }

  test('on any kernel', async () => {
    const hashes = new Set<string>()
    for (const kernel of addon().kernels()) {
      process.env['FEEDALIGN_KERNEL'] = kernel
      for (const cuts of [[STEPS], oneByOne]) {
        const one = await onDigits('bp', 2)
        await inCalls(one, cuts)
        hashes.add(one.session.weightsSha256)
      }
    }
    expect(hashes.size).toBe(1)
  })

  test('under momentum and decay, whose updates wait for nothing', async () => {
    const optimizer = optimizers.sgd({ learningRate: 0.1, momentum: 0.5, weightDecay: 0.01 })
    const [one, other] = [await onDigits('fa', 1, optimizer), await onDigits('fa', 2, optimizer)]
    await inCalls(one, [STEPS])
    await inCalls(other, oneByOne)
    expect(one.session.weightsSha256).toBe(other.session.weightsSha256)
  })
})

test('online, a snapshot between two calls and an evaluation leave no update behind', async () => {
  const straight = await onDigits('bp', 2)
  await inCalls(straight, [STEPS])
  const halted = await onDigits('bp', 2)
  await inCalls(halted, [17, STEPS], async (session) => {
    await session.run('evaluate', halted.data, order)
    session.restore(session.snapshot())
  })
  expect(halted.session.weightsSha256).toBe(straight.session.weightsSha256)

  const resumed = await onDigits('bp', 1)
  await inCalls(resumed, [17])
  const snapshot = resumed.session.snapshot()
  const fresh = await onDigits('bp', 2)
  fresh.session.restore(snapshot)
  await fresh.session.run('train', fresh.data, order.slice(17), rates.slice(17))
  expect(fresh.session.weightsSha256).toBe(straight.session.weightsSha256)
})

test('a batch of 1 to 17 rows has the bits of the same rows on any kernel', async () => {
  for (const batch of [1, 2, 7, 8, 9, 15, 16, 17]) {
    const hashes = new Set<string>()
    for (const kernel of addon().kernels()) {
      process.env['FEEDALIGN_KERNEL'] = kernel
      for (const threads of [1, 2]) {
        const session = smallSession(smallOptions({ batch }), threads)
        const examples = Uint32Array.from({ length: 40 }, (_, i) => i)
        const knobs = new Float32Array(Math.ceil(40 / batch)).fill(0.1)
        await session.run('train', engineData(), examples, knobs)
        hashes.add(session.weightsSha256)
      }
    }
    expect(hashes.size).toBe(1)
  }
})

test('wasm’s weights are native’s but for rounding after steps of few rows', async () => {
  for (const batch of [1, 3, 15]) {
    const sessions = [native(), wasm()].map((engine) => {
      const session = smallSession(smallOptions({ batch }), 1, engine)
      return { session, data: engineData(smallData(), engine) }
    })
    const examples = Uint32Array.from({ length: 40 }, (_, i) => i)
    const knobs = new Float32Array(Math.ceil(40 / batch)).fill(0.1)
    for (const { session, data } of sessions) await session.run('train', data, examples, knobs)
    for (const tensor of ['blocks.0.weight', 'blocks.2.weight', 'blocks.1.bias']) {
      const [one, other] = sessions.map(({ session }) => session.read(tensor).data)
      expect(relative(other ?? [], one ?? [])).toBeLessThan(1e-5)
    }
  }
})
