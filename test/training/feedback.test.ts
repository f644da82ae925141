import { describe, expect, test } from 'vitest'
import { compile, type CompileOptions } from '../../ts/compile/index.js'
import type { FeedbackOptions } from '../../ts/compile/feedbackOptions.js'
import { Session } from '../../ts/engine/index.js'
import { addon, native } from '../../ts/engine/native.js'
import type { Grid, Program } from '../../ts/engine/program.js'
import { wasm } from '../../ts/engine/wasm.js'
import { UsageError } from '../../ts/errors.js'
import { parseNetwork } from '../../ts/network/index.js'
import { rules } from '../../ts/rules/index.js'
import { fit } from '../../ts/training/fit.js'
import { temporaryFolder } from '../folders.js'
import {
  engineData,
  finish,
  relative,
  smallFit,
  smallOptions,
  smallSession,
  train,
  values,
} from './small.js'

/** 12-40-50-20: several panels, none of them whole at the end. */
const network = parseNetwork('12-40-50-20', 'tanh')
const options = (changes: Partial<CompileOptions>): CompileOptions =>
  smallOptions({ network, rule: rules.fa(), ...changes })

/** The forms that feedback may have. */
const forms: Readonly<Record<string, FeedbackOptions>> = {
  'that is sparse': { feedbackDensity: 0.25 },
  'on a bf16 grid': { feedbackGrid: 'bf16' },
  'on an int8 grid': { feedbackGrid: 'int8' },
  'of signs': { feedbackGrid: 'sign' },
  'of sparse signs': { feedbackGrid: 'sign', feedbackDensity: 0.25 },
  'of three values': { feedbackGrid: 'ternary' },
  'of normal deviates on an int8 grid': { feedbackGrid: 'int8', feedbackDistribution: 'normal' },
  'of sparse normal deviates': { feedbackDensity: 0.25, feedbackDistribution: 'normal' },
  'of low rank on an int8 grid': { feedbackGrid: 'int8', feedbackRank: 3 },
}

/** Names of the matrices that carry the rule's signals. */
const carriers = ({ tensors }: Program): string[] =>
  tensors.flatMap(({ name, role }) => (role === 'feedback' || role === 'direct' ? [name] : []))

const spread = (data: Float32Array): number =>
  Math.sqrt(data.reduce((sum, value) => sum + value * value, 0) / data.length)

for (const [form, choice] of Object.entries(forms)) {
  for (const rule of [rules.fa(), rules.dfa()]) {
    describe(`feedback ${form}, under ${rule.name},`, () => {
      const chosen = options({ ...choice, rule })
      const whole = options({ rule, feedbackRank: choice.feedbackRank })

      test('trains to the bits of dense f32 feedback of the same values', async () => {
        const session = smallSession(chosen)
        const dense = smallSession(whole)
        for (const name of carriers(session.program)) dense.write(name, session.read(name).data)
        await train(session, engineData(), 3)
        await train(dense, engineData(), 3)
        expect(session.weightsSha256).toBe(dense.weightsSha256)
      })

      test('keeps its bytes', async () => {
        const session = smallSession(chosen)
        const read = () => carriers(session.program).map((name) => session.read(name).data)
        const before = read()
        await train(session, engineData(), 5)
        expect(read()).toEqual(before)
      })

      test('gives the same bits for any number of threads and on any kernel', async () => {
        const hashes = new Set<string>()
        for (const kernel of addon().kernels()) {
          process.env['FEEDALIGN_KERNEL'] = kernel
          for (const threads of [1, 2, 3]) {
            const session = smallSession(chosen, threads)
            await train(session, engineData(), 2)
            hashes.add(session.weightsSha256)
          }
        }
        delete process.env['FEEDALIGN_KERNEL']
        expect(hashes.size).toBe(1)
      })

      test('has the spread of dense feedback', () => {
        const wide = parseNetwork('12-400-500-100')
        const [session, dense] = [chosen, whole].map((one) =>
          smallSession({ ...one, network: wide }),
        )
        for (const name of carriers(compile({ ...chosen, network: wide }))) {
          const [a, b] = [session, dense].map((one) => spread(one?.read(name).data ?? values(0)))
          expect((a ?? 0) / (b ?? 0)).toBeCloseTo(1, 1)
        }
      })

      test('is the same on wasm, where training differs by rounding', async () => {
        const [one, other] = [native(), wasm()].map((engine) => smallSession(chosen, 1, engine))
        if (one === undefined || other === undefined) throw new RangeError('two were made')
        for (const name of carriers(one.program)) {
          expect(other.read(name)).toEqual(one.read(name))
        }
        await train(one, engineData())
        await train(other, engineData(undefined, wasm()))
        const [a, b] = [one, other].map((session) => session.read('blocks.0.weight').data)
        expect(relative(b ?? [], a ?? [])).toBeLessThan(1e-5)
      })

      test('comes back with a snapshot, whatever the seed of the session', async () => {
        const session = smallSession(chosen)
        await train(session, engineData())
        const other = new Session(native(), session.program, { threads: 1, seed: 6 })
        other.restore(session.snapshot())
        for (const name of carriers(session.program)) {
          expect(other.read(name)).toEqual(session.read(name))
        }
        await train(session, engineData(), 2)
        await train(other, engineData(), 2)
        expect(other.weightsSha256).toBe(session.weightsSha256)
      })
    })
  }

  test(`a run with feedback ${form} that was stopped ends with the bits of one that was not`, async () => {
    const checkpoints = temporaryFolder()
    const wanted = smallFit(choice)
    await finish(fit({ ...wanted, epochs: 2, checkpoints }))
    const resumed = await finish(fit({ ...wanted, checkpoints, resume: true }))
    expect(resumed).toBe(await finish(fit(wanted)))
  })
}

describe('a density', () => {
  test('leaves each neuron that share of those above, the same for 16 neighbours', () => {
    const session = smallSession(options({ feedbackDensity: 0.25 }))
    const { data, shape } = session.read('blocks.1.feedback')
    const [rows = 0, columns = 0] = shape
    const heard = (i: number): number[] =>
      Array.from({ length: columns }, (_, o) => o).filter((o) => data[i * columns + o] !== 0)
    for (let i = 0; i < rows; i++) {
      // A quarter of 50.
      expect(heard(i)).toHaveLength(13)
      expect(heard(i)).toEqual(heard(i - (i % 16)))
    }
    expect(heard(16)).not.toEqual(heard(0))
  })

  test('of 1 is dense feedback', () => {
    expect(compile(options({ feedbackDensity: 1 }))).toEqual(compile(options({})))
  })

  test('leaves every neuron one at least', () => {
    const session = smallSession(options({ feedbackDensity: 1e-6, rule: rules.dfa() }))
    const { data } = session.read('blocks.0.direct')
    expect(data.filter((value) => value !== 0)).toHaveLength(40)
  })

  test('and a rank exclude each other', () => {
    const both = options({ feedbackDensity: 0.5, feedbackRank: 3 })
    expect(() => compile(both)).toThrow(UsageError)
  })

  test('that is no share is refused', () => {
    for (const feedbackDensity of [0, -1, 1.5, NaN]) {
      const message = `feedbackDensity ${feedbackDensity} is not above 0 and at most 1`
      expect(() => fit(smallFit({ feedbackDensity }))).toThrow(message)
    }
  })
})

describe('values lie on the grid:', () => {
  const on = (feedbackGrid: Grid): Float32Array =>
    smallSession(options({ feedbackGrid })).read('blocks.1.feedback').data

  test('bf16 has eight bits of mantissa', () => {
    for (const bits of new Uint32Array(on('bf16').buffer)) expect(bits & 0xffff).toBe(0)
  })

  test('int8 has whole numbers up to 127 times a power of two', () => {
    const data = on('int8')
    const reach = 4 * Math.sqrt(3 / 50)
    const step = 2 ** Math.ceil(Math.log2(reach / 127))
    const wholes = data.map((value) => value / step)
    expect(wholes.every((value) => Number.isInteger(value) && Math.abs(value) <= 127)).toBe(true)
    expect(new Set(wholes).size).toBeGreaterThan(100)
  })

  test('a sign has one size', () => {
    const data = on('sign')
    expect(new Set(data.map(Math.abs)).size).toBe(1)
    const plus = data.filter((value) => value > 0).length
    expect(plus / data.length).toBeCloseTo(0.5, 1)
  })

  test('and one that does not is refused by its place', () => {
    for (const feedbackGrid of ['bf16', 'int8', 'sign'] as const) {
      const session = smallSession(options({ feedbackGrid }))
      const { data } = session.read('blocks.1.feedback')
      data[7] = 0.123456789
      expect(() => {
        session.write('blocks.1.feedback', data)
      }).toThrow(/value 7 for tensor "blocks.1.feedback" is 0.12345679, which is not on its grid/)
    }
  })

  test('a grid unknown is refused with those known', () => {
    const feedbackGrid = 'int4' as Grid
    expect(() => fit(smallFit({ feedbackGrid }))).toThrow(
      'feedbackGrid "int4" is none of f32, bf16, int8, sign, ternary',
    )
  })
})

test('weights on a grid are refused', () => {
  const program = compile(options({}))
  const tensors = program.tensors.map((tensor) =>
    tensor.role === 'weight' ? { ...tensor, grid: 'int8' as const } : tensor,
  )
  expect(() => new Session(native(), { ...program, tensors }, { threads: 1, seed: 1 })).toThrow(
    'only matrices that nothing writes lie on a grid',
  )
})

test('a value where the structure holds none is refused by its place', () => {
  const session = smallSession(options({ feedbackDensity: 0.25 }))
  const { data } = session.read('blocks.1.feedback')
  const place = data.indexOf(0)
  data[place] = 2
  const message = `value ${place} for tensor "blocks.1.feedback" is 2, where its structure holds none`
  expect(() => {
    session.write('blocks.1.feedback', data)
  }).toThrow(message)
})

/** The Program with its hidden weights, and what belongs to them, panel-sparse. */
function sparseWeights(program: Program): Program {
  const tensors = program.tensors.map((tensor) => {
    if (!/^blocks\.[01]\.weight(\.velocity)?$/.test(tensor.name)) return tensor
    const [inner = 0, width = 0] = tensor.shape
    const rows = Array.from({ length: Math.ceil(width / 16) }, (_, panel) =>
      Array.from({ length: inner }, (_, i) => i).filter((i) => i % 3 !== panel % 3),
    )
    return { ...tensor, structure: { kind: 'panelSparse' as const, rows } }
  })
  return { ...program, tensors }
}

describe('panel-sparse weights', () => {
  for (const [what, changes] of [
    ['as they are', {}],
    ['under momentum and decay', { momentum: 0.5, weightDecay: 0.01 }],
  ] as const) {
    test(`keep their zeros and take backpropagation's step elsewhere, ${what}`, async () => {
      const { optimizer } = smallOptions()
      const program = compile(
        options({ rule: rules.bp(), optimizer: { ...optimizer, ...changes } }),
      )
      const sparse = new Session(native(), sparseWeights(program), { threads: 2, seed: 5 })
      const dense = new Session(native(), program, { threads: 2, seed: 5 })
      const names = ['blocks.0.weight', 'blocks.1.weight']
      const held = names.map((name) => sparse.read(name).data.map((value) => Number(value !== 0)))
      names.forEach((name) => {
        dense.write(name, sparse.read(name).data)
      })
      // The first step alone: after it the dense weights are not zero where the others are.
      const examples = Uint32Array.from({ length: 16 }, (_, i) => i)
      for (const session of [sparse, dense]) {
        await session.run('train', engineData(), examples, Float32Array.of(0.5))
      }
      for (const [place, name] of names.entries()) {
        const masked = dense.read(name).data.map((value, i) => (held[place]?.[i] === 1 ? value : 0))
        expect(sparse.read(name).data).toEqual(masked)
        expect(masked).not.toEqual(dense.read(name).data)
      }
    })
  }
})

for (const rule of [rules.fa(), rules.dfa(), rules.sdfa(), rules.drtp(), rules.pepita()]) {
  test(`${rule.name} keeps the bytes of its fixed matrices`, async () => {
    const session = smallSession(options({ rule }))
    const read = () => carriers(session.program).map((name) => session.read(name).data)
    const before = read()
    expect(before.length).toBeGreaterThan(0)
    await train(session, engineData(), 5)
    expect(read()).toEqual(before)
  })
}
