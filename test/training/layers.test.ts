import { afterEach, describe, expect, test } from 'vitest'
import { compile, type CompileOptions } from '../../ts/compile/index.js'
import { Session } from '../../ts/engine/index.js'
import { addon, native } from '../../ts/engine/native.js'
import { wasm } from '../../ts/engine/wasm.js'
import { everywhere, parseNetwork } from '../../ts/network/index.js'
import { rules } from '../../ts/rules/index.js'
import { optimizers } from '../../ts/training/optimizers.js'
import { bp } from '../reference/rules/index.js'
import { at, holds, taskOf } from './bridge.js'
import {
  engineData,
  read,
  relative,
  smallData,
  smallOptions,
  smallSession,
  train,
} from './small.js'

/** On 12 inputs and 4 classes. */
const networks: Readonly<Record<string, string>> = {
  'a convolution': '4x3-conv3x2p1:5-20-4',
  'convolutions with steps and pooling': '4x3-conv2p1:5-pool2-conv2s2p1:7-average2s1-20-4',
  'local fields': '4x3-local2x2:2x2x9-18-4',
  'local fields on local fields': '4x3-local2x2:3x2x5-local2x1:2x2x8-4',
  normalisation: '12-20-norm-18-norm-4',
  'a normalised convolution': '4x3-conv3p1:5-norm-pool2-20-dropout0.3-4',
  'maxout and dropout': '12-20-maxout2-dropout0.2-18-maxout3-4',
}

afterEach(() => {
  delete process.env['FEEDALIGN_KERNEL']
})

const optionsOf = (text: string, changes: Partial<CompileOptions> = {}): CompileOptions => {
  const network = everywhere(parseNetwork(text), { inputDropout: 0.1, inputNoise: 0.2 })
  const optimizer = optimizers.sgd({ learningRate: 0.1, momentum: 0.5 })
  return smallOptions({ network, optimizer, rule: rules.fa(), ...changes })
}

/** Relative, unless there is next to nothing: a bias before a normalisation goes nowhere. */
const distance = (found: ArrayLike<number>, expected: ArrayLike<number>): number =>
  Math.hypot(...Array.from(expected)) < 1e-6
    ? Math.hypot(...Array.from(found))
    : relative(found, expected)

const weightsOf = ({ program }: Session): string[] =>
  program.tensors.flatMap(({ name, role }) => (role === 'weight' ? [name] : []))

for (const [what, text] of Object.entries(networks)) {
  describe(`a network with ${what}`, () => {
    test('under fa with M = W takes the steps of bp, to the bit', async () => {
      const [fa, bp] = [rules.fa(), rules.bp()].map((rule) =>
        smallSession(optionsOf(text, { rule, batch: 40 })),
      )
      if (fa === undefined || bp === undefined) throw new RangeError('two sessions were made')
      for (let step = 0; step < 3; step++) {
        for (const name of weightsOf(fa).slice(1)) {
          fa.write(name.replace('weight', 'feedback'), fa.read(name).data)
        }
        await train(fa, engineData())
        await train(bp, engineData())
        expect(fa.weightsSha256).toBe(bp.weightsSha256)
      }
    })

    test('takes the steps of plain loops under bp', async () => {
      const net = parseNetwork(text)
      const session = smallSession(smallOptions({ network: net, rule: rules.bp(), batch: 40 }))
      const given = { network: net, session, seed: 5, examples: smallData(), learningRate: 1 }
      const task = taskOf({ ...given, loss: { kind: 'cross-entropy' } })
      const changes = bp(task)
      await train(session, engineData(), 1, 1)
      const names = ['weight', 'bias', 'gain', 'shift'] as const
      changes.forEach((change, block) => {
        for (const name of names.filter((name) => holds(session, `blocks.${block}.${name}`))) {
          const { weight, bias, norm } = at(task.parameters, block)
          const before = { weight, bias, gain: norm?.gain, shift: norm?.shift }[name]?.data ?? []
          const moved = read(session, `blocks.${block}.${name}`)
          const expected = change?.[name]?.data ?? []
          const found = moved.map((value, i) => value - (before[i] ?? NaN))
          expect(distance(found, expected), `${name} of block ${block}`).toBeLessThan(1e-4)
        }
      })
    })

    test('gives the same bits for any number of threads and on any kernel', async () => {
      const hashes = new Set<string>()
      for (const kernel of addon().kernels()) {
        process.env['FEEDALIGN_KERNEL'] = kernel
        for (const threads of [1, 2, 3]) {
          const session = smallSession(optionsOf(text), threads)
          await train(session, engineData(), 2)
          hashes.add(session.weightsSha256)
        }
      }
      expect(hashes.size).toBe(1)
    })

    test('goes on from a snapshot with the same bits', async () => {
      const whole = smallSession(optionsOf(text))
      await train(whole, engineData(), 4)
      const first = smallSession(optionsOf(text))
      await train(first, engineData(), 2)
      const second = smallSession(optionsOf(text))
      second.restore(first.snapshot())
      await train(second, engineData(), 2)
      expect(second.weightsSha256).toBe(whole.weightsSha256)
    })

    test('learns in wasm what it learns natively', async () => {
      const [here, there] = [native(), wasm()].map((engine) => ({
        engine,
        session: new Session(engine, compile(optionsOf(text)), { threads: 1, seed: 5 }),
      }))
      if (here === undefined || there === undefined) throw new RangeError('two sessions were made')
      for (const { session, engine } of [here, there]) {
        await train(session, engineData(undefined, engine), 2)
      }
      for (const name of weightsOf(here.session)) {
        expect(relative(read(there.session, name), read(here.session, name))).toBeLessThan(1e-4)
      }
    })
  })
}

test('weights outside of local fields are zero for ever, in the weight and in its feedback', async () => {
  const session = smallSession(optionsOf('4x3-local2x2:2x2x16-local1x1:2x2x16-4'))
  const zeros = (name: string): number =>
    session.read(name).data.reduce((sum, value) => sum + (Object.is(value, 0) ? 1 : 0), 0)
  // Units see 4 of 12 inputs, and 16 of 64 units.
  const expected = { 'blocks.0.weight': 64 * 8, 'blocks.1.weight': 64 * 48 }
  for (let epoch = 0; epoch < 3; epoch++) {
    for (const [name, count] of Object.entries(expected)) expect(zeros(name)).toBe(count)
    expect(zeros('blocks.1.feedback')).toBe(64 * 48)
    await train(session, engineData())
  }
})

test('evaluation sees neither dropout nor noise', async () => {
  const evaluate = async (text: string, corrupted: boolean) => {
    const network = parseNetwork(text)
    const given = corrupted ? { inputDropout: 0.5, inputNoise: 1, dropout: 0.5 } : {}
    const session = smallSession(smallOptions({ network: everywhere(network, given) }))
    const examples = Uint32Array.from({ length: 40 }, (_, i) => i)
    return session.run('evaluate', engineData(), examples, new Float32Array())
  }
  expect(await evaluate('12-20-18-4', true)).toEqual(await evaluate('12-20-18-4', false))
})

test('a normalisation learns its gain and shift, and its statistics follow', async () => {
  const session = smallSession(optionsOf('4x3-conv3p1:5-norm-20-4'))
  const of = (what: string) => read(session, `blocks.0.${what}`)
  expect([...of('gain')]).toEqual(Array(5).fill(1))
  expect([...of('variance')]).toEqual(Array(5).fill(1))
  await train(session, engineData(), 2)
  for (const what of ['gain', 'shift', 'mean', 'variance']) {
    const still = what === 'gain' || what === 'variance' ? 1 : 0
    for (const value of of(what)) expect(value).not.toBe(still)
  }
})

describe('what blocks cannot have is refused with path and cure:', () => {
  const refuse = (changes: Partial<CompileOptions>, text: string, message: string): void => {
    expect(() => compile(optionsOf(text, changes))).toThrow(message)
  }

  test('convolutions and local fields in bf16', () => {
    const message = 'precision bf16 is there for dense blocks only, and network.blocks[0] is conv2d'
    refuse({ precision: 'bf16' }, '4x3-conv2:3-4', message)
    refuse({ precision: 'bf16' }, '4x3-local2:2x2x16-4', 'is local2d: use f32')
  })

  test('feedback of low rank, sparse or on a grid', () => {
    const text = '4x3-20-conv2:3-4'
    const shaped = '4x3-conv2:2-conv2:3-4'
    expect(() => parseNetwork(text)).toThrow('network.blocks[1]: conv2d needs places')
    const where = 'is there for dense blocks only, and network.blocks[1] is conv2d: leave it out'
    refuse({ feedbackRank: 2 }, shaped, `feedbackRank ${where}`)
    refuse({ feedbackDensity: 0.5 }, shaped, `feedbackDensity ${where}`)
    refuse({ feedbackGrid: 'int8' }, shaped, `feedbackGrid ${where}`)
  })
})
