import { describe, expect, test } from 'vitest'
import { compile } from '../../ts/compile/index.js'
import { DataSet, Session, type Binding } from '../../ts/engine/index.js'
import { native } from '../../ts/engine/native.js'
import type { Program } from '../../ts/engine/program.js'
import { wasm } from '../../ts/engine/wasm.js'
import { FeedalignError } from '../../ts/errors.js'
import { parseNetwork } from '../../ts/network/index.js'
import { smallOptions } from '../training/small.js'

const options = { threads: 1, seed: 1 }
const network = (text: string): Program => compile(smallOptions({ network: parseNetwork(text) }))
const session = (engine: Binding): Session => new Session(engine, network('3-5-2'), options)

/** 8 examples of 3 inputs in 2 classes. */
const data = (engine: Binding): DataSet =>
  DataSet.of(engine, new Float32Array(24), 3, new Uint32Array(8), 2)

function disposed(engine: Binding): Session {
  const made = session(engine)
  made[Symbol.dispose]()
  return made
}

/** A session in the middle of a run. */
function busy(engine: Binding): { made: Session; running: Promise<unknown> } {
  const made = session(engine)
  return { made, running: made.run('evaluate', data(engine), new Uint32Array(5000)) }
}

const one = Uint32Array.of(1)
const other = (engine: Binding): Binding => (engine.name === 'wasm' ? native() : wasm())

/** What is wrong, how it comes about on an engine, and what either says. */
const wrong: readonly [string, (engine: Binding) => unknown, string][] = [
  [
    'a seed below 0',
    (e) => new Session(e, network('3-2'), { threads: 1, seed: -1 }),
    'seed -1 is not a whole number between 0 and 9007199254740991',
  ],
  [
    'a batch too large',
    (e) => new Session(e, { ...network('3-2'), batch: 70_000 }, options),
    'batch 70000 is not between 1 and 65536',
  ],
  ['a phase unknown', (e) => session(e).run('tain', data(e), one), 'has no phase "tain"'],
  [
    'an example that is not there',
    (e) => session(e).run('evaluate', data(e), Uint32Array.of(9)),
    'evaluate: example 9 is not among the 8 of the data',
  ],
  [
    'knobs that lack',
    (e) => session(e).run('train', data(e), one),
    'train: 1 steps of 1 knobs need 1 values, found 0',
  ],
  [
    'a knob that is no number',
    (e) => session(e).run('train', data(e), one, Float32Array.of(NaN)),
    'train: knob value 0 is NaN, not finite',
  ],
  [
    'knobs in a list',
    (e) => session(e).run('train', data(e), one, [0.1] as unknown as Float32Array),
    'knobs must be a Float32Array',
  ],
  [
    'data of another width',
    (e) => new Session(e, network('4-2'), options).run('evaluate', data(e), one),
    'evaluate: the data has 3 inputs per example, the network takes 4',
  ],
  ['a tensor unknown', (e) => session(e).read('blocks.9'), 'there is no tensor "blocks.9"'],
  ['a tensor of a step', (e) => session(e).read('input'), 'tensor "input" lives for one step only'],
  [
    'too few values',
    (e) => {
      session(e).write('blocks.0.weight', new Float32Array(3))
    },
    'tensor "blocks.0.weight" has shape [3, 5], but 3 values were given',
  ],
  [
    'values in a list',
    (e) => {
      session(e).write('blocks.0.bias', [1, 2, 3, 4, 5] as unknown as Float32Array)
    },
    'values must be a Float32Array',
  ],
  [
    'a value that is no number',
    (e) => {
      session(e).write('blocks.0.bias', new Float32Array(5).fill(NaN))
    },
    'value 0 for tensor "blocks.0.bias" is NaN',
  ],
  [
    'a snapshot cut short',
    (e) => {
      session(e).restore(session(e).snapshot().subarray(0, -5))
    },
    'the snapshot is damaged: its checksum does not fit',
  ],
  [
    'a snapshot of another network',
    (e) => {
      session(e).restore(new Session(e, network('3-2'), options).snapshot())
    },
    'the snapshot is of another network, rule or setting',
  ],
  [
    'an order of a negative count',
    (e) => session(e).permutation(-1, 0),
    'n -1 is not a whole number between 0 and 4294967295',
  ],
  [
    'an order of half an epoch',
    (e) => session(e).permutation(3, 0.5),
    'epoch 0.5 is not a whole number between 0 and 9007199254740991',
  ],
  [
    'a label not below the classes',
    (e) => DataSet.of(e, new Uint8Array(3), 3, Uint32Array.of(5), 2),
    'label 5 of example 0 is not below the 2 classes',
  ],
  [
    'an input that is no number',
    (e) => DataSet.of(e, Float32Array.of(1, NaN, 2), 3, Uint32Array.of(1), 2),
    'input 1 of example 0 is NaN, not a finite number',
  ],
  [
    'inputs that lack',
    (e) => DataSet.of(e, Float32Array.of(1, 2), 3, Uint32Array.of(1), 2),
    '1 examples of 3 inputs need 3 values, found 2',
  ],
  ['a read after disposal', (e) => disposed(e).read('input'), 'the session is disposed of'],
  ['a look after disposal', (e) => disposed(e).kernel, 'the session is disposed of'],
  ['a hash after disposal', (e) => disposed(e).weightsSha256, 'the session is disposed of'],
  ['a snapshot after disposal', (e) => disposed(e).snapshot(), 'the session is disposed of'],
  [
    'a run after disposal',
    (e) => disposed(e).run('evaluate', data(e), one),
    'the session is disposed of',
  ],
  [
    'a run on data disposed of',
    (e) => {
      const held = data(e)
      held[Symbol.dispose]()
      return session(e).run('evaluate', held, one)
    },
    'the data set is disposed of',
  ],
  [
    'the hash of data disposed of',
    (e) => {
      const held = data(e)
      held[Symbol.dispose]()
      return held.hash
    },
    'the data set is disposed of',
  ],
]

/** The error of a call, thrown or rejected. */
async function errorOf(call: () => unknown): Promise<unknown> {
  try {
    await call()
    return undefined
  } catch (error) {
    return error
  }
}

describe.each([native(), wasm()])('the $name engine', (engine) => {
  test.each(wrong)('says of %s what the other says', async (_, call, message) => {
    const error = await errorOf(() => call(engine))
    expect(error).toBeInstanceOf(FeedalignError)
    expect((error as FeedalignError).message).toContain(message)
  })

  test('says of data in the other engine where it lives', async () => {
    const error = await errorOf(() => session(engine).run('evaluate', data(other(engine)), one))
    expect(String(error)).toBe(
      `FeedalignError: the data lives in the ${other(engine).name} engine, ` +
        `the session in the ${engine.name} one`,
    )
  })

  test('is busy until a run has ended, and then as before', async () => {
    const { made, running } = busy(engine)
    const second = made.run('evaluate', data(engine), one)
    expect(() => made.kernel).toThrow('the session is busy: await its run first')
    expect(() => made.snapshot()).toThrow('the session is busy: await its run first')
    await expect(second).rejects.toThrow('the session is busy: await its run first')
    await running
    expect(made.kernel).not.toBe('')
  })

  test('may be disposed of twice', () => {
    const made = disposed(engine)
    expect(() => {
      made[Symbol.dispose]()
    }).not.toThrow()
    const held = data(engine)
    held[Symbol.dispose]()
    expect(() => {
      held[Symbol.dispose]()
    }).not.toThrow()
  })

  test('ends a run that is under way when session and data are disposed of', async () => {
    const made = session(engine)
    const held = data(engine)
    const running = made.run('evaluate', held, new Uint32Array(5000))
    made[Symbol.dispose]()
    held[Symbol.dispose]()
    expect(() => made.kernel).toThrow('the session is disposed of')
    expect((await running).steps).toBe(Math.ceil(5000 / made.program.batch))
    expect(() => made.kernel).toThrow('the session is disposed of')
  })

  test('goes on after an error as if it had not been', async () => {
    const made = session(engine)
    const before = made.weightsSha256
    await errorOf(() => made.run('train', data(engine), one))
    await errorOf(() => made.run('nothing', data(engine), one))
    expect(made.weightsSha256).toBe(before)
    await made.run('train', data(engine), one, Float32Array.of(0.1))
    expect(made.weightsSha256).not.toBe(before)
  })
})
