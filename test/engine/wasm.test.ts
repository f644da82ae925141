import { describe, expect, test } from 'vitest'
import { datasets } from '../../ts/data/sets/index.js'
import { DataSet, Session, type Binding } from '../../ts/engine/index.js'
import { native } from '../../ts/engine/native.js'
import { wasm } from '../../ts/engine/wasm.js'
import { compile } from '../../ts/compile/index.js'
import { parseNetwork } from '../../ts/network/index.js'
import { rules } from '../../ts/rules/index.js'
import { engineData, smallOptions } from '../training/small.js'

const BATCH = 32
const STEPS = 100
const blocks = [0, 1, 2].flatMap((block) => [`blocks.${block}.weight`, `blocks.${block}.bias`])

/** 784-64-32-10 under a rule, from the same seed on either engine. */
function session(engine: Binding, rule: keyof typeof rules): Session {
  const network = parseNetwork('784-64-32-10')
  const options = smallOptions({ network, rule: rules[rule](), batch: BATCH, scale: 1 / 255 })
  return new Session(engine, compile(options), { threads: 1, seed: 5 })
}

/** Trains `STEPS` steps on the digits, in the order that the session draws. */
async function trained(engine: Binding, rule: keyof typeof rules): Promise<Session> {
  const { train } = await datasets.digits()
  if (train.targets.kind !== 'labels') throw new RangeError('digits have labels')
  const data = new DataSet(engine, train.inputs, 784, train.targets.labels, 10)
  const made = session(engine, rule)
  const order = made.permutation(data.count, 0).subarray(0, STEPS * BATCH)
  await made.run('train', data, order, new Float32Array(STEPS).fill(0.1))
  return made
}

/** |a − b| / |b| in the Frobenius norm. */
function distance(a: Float32Array, b: Float32Array): number {
  let [wrong, norm] = [0, 0]
  b.forEach((value, i) => {
    wrong += (value - (a[i] ?? NaN)) ** 2
    norm += value ** 2
  })
  return Math.sqrt(wrong / norm)
}

describe('wasm, which rounds a product before it adds it, trains as native does', () => {
  for (const rule of ['bp', 'fa', 'dfa'] as const) {
    test(`by ${rule}: after 100 steps every tensor is within 1e-5 of native's`, async () => {
      const [here, there] = [await trained(wasm(), rule), await trained(native(), rule)]
      const far = blocks.map((name) => distance(here.read(name).data, there.read(name).data))
      console.info(
        `${rule}: wasm and native differ by at most ${Math.max(...far).toExponential(1)}`,
      )
      // The bound that is promised is 1e-3; what was measured is below 1e-6.
      expect(Math.max(...far)).toBeLessThan(1e-5)
      expect(Math.max(...far)).toBeGreaterThan(0)
    })
  }
})

test('both engines draw the same weights, feedback, direct matrices and orders exactly', () => {
  for (const [rule, matrices] of [
    ['fa', ['blocks.1.feedback', 'blocks.2.feedback']],
    ['dfa', ['blocks.0.direct', 'blocks.1.direct']],
  ] as const) {
    const [here, there] = [session(wasm(), rule), session(native(), rule)]
    expect(here.weightsSha256).toBe(there.weightsSha256)
    for (const name of matrices) expect(here.read(name)).toEqual(there.read(name))
    for (const epoch of [0, 1, 2 ** 40]) {
      expect(here.permutation(1000, epoch)).toEqual(there.permutation(1000, epoch))
    }
  }
})

test('a snapshot of either engine restores in the other', async () => {
  for (const [from, to] of [
    [native(), wasm()],
    [wasm(), native()],
  ] as const) {
    const [source, target] = [await trained(from, 'fa'), session(to, 'fa')]
    expect(target.weightsSha256).not.toBe(source.weightsSha256)
    target.restore(source.snapshot())
    expect(target.weightsSha256).toBe(source.weightsSha256)
    expect(target.read('blocks.2.feedback')).toEqual(source.read('blocks.2.feedback'))
  }
})

/** What each engine says of a misuse. */
async function complaints(misuse: (engine: Binding) => unknown): Promise<unknown[]> {
  return await Promise.all(
    [native(), wasm()].map(async (engine) => {
      try {
        await misuse(engine)
        return 'nothing'
      } catch (error) {
        return [(error as Error).name, (error as Error).message]
      }
    }),
  )
}

const misuses: readonly [string, (engine: Binding) => unknown][] = [
  ['an unknown tensor', (engine) => session(engine, 'fa').read('blocks.9.weight')],
  ['a tensor of one step', (engine) => session(engine, 'fa').read('blocks.0.output')],
  [
    'values of another length',
    (engine) => {
      session(engine, 'fa').write('blocks.0.bias', new Float32Array(3))
    },
  ],
  [
    'a value that is not finite',
    (engine) => {
      session(engine, 'fa').write('blocks.2.bias', new Float32Array(10).fill(NaN))
    },
  ],
  [
    'a damaged snapshot',
    (engine) => {
      const made = session(engine, 'fa')
      made.restore(made.snapshot().fill(7, 100, 101))
    },
  ],
  [
    'data of another width',
    (engine) =>
      session(engine, 'fa').run('train', engineData(undefined, engine), Uint32Array.of(0)),
  ],
  ['a negative epoch', (engine) => session(engine, 'fa').permutation(10, -1)],
  [
    'a session disposed of',
    (engine) => {
      const made = session(engine, 'fa')
      made[Symbol.dispose]()
      made[Symbol.dispose]()
      return made.read('blocks.0.bias')
    },
  ],
  [
    'data disposed of',
    (engine) => {
      const data = engineData(undefined, engine)
      data[Symbol.dispose]()
      data[Symbol.dispose]()
      return data.hash
    },
  ],
]

describe('both engines say the same, in one line,', () => {
  for (const [what, misuse] of misuses) {
    test(`of ${what}`, async () => {
      const [here, there] = await complaints(misuse)
      expect(here).not.toBe('nothing')
      expect(here).toEqual(there)
      expect(String(here)).toMatch(/^FeedalignError,[^\n]+$/)
    })
  }
})
