import { afterEach, describe, expect, test } from 'vitest'
import { compile, type CompileOptions } from '../../ts/compile/index.js'
import type { Session } from '../../ts/engine/index.js'
import { addon } from '../../ts/engine/native.js'
import { UsageError } from '../../ts/errors.js'
import { parseNetwork } from '../../ts/network/index.js'
import { allRules, rules } from '../../ts/rules/index.js'
import { fit } from '../../ts/training/fit.js'
import { optimizers } from '../../ts/training/optimizers.js'
import { temporaryFolder } from '../folders.js'
import { engineData, finish, read, smallFit, smallOptions, smallSession, train } from './small.js'

afterEach(() => {
  delete process.env['FEEDALIGN_KERNEL']
})

/** Every other input of 12, of 40 and of 50; the last block is one panel, of units that choose. */
const network = parseNetwork('12-40-50-4', 'tanh')
const SHARES = [6, 20, 25] as const
const options = (changes: Partial<CompileOptions> = {}): CompileOptions =>
  smallOptions({ network, weightDensity: 0.5, rule: rules.fa(), ...changes })

const weight = (block: number): string => `blocks.${block}.weight`
/** Those whose feedback holds the elements that the weights do. */
const follow = ['usf', 'brsf', 'frsf', 'kolen-pollack', 'weight-mirror']

/** Where values are zero. */
const places = (values: Float64Array): number[] =>
  [...values.keys()].filter((at) => values[at] === 0)

/** For each unit of a block the inputs that it takes. */
function taken(session: Session, block: number): number[][] {
  const { data, shape } = session.read(weight(block))
  const [rows = 0, columns = 0] = shape
  const inputs = Array.from({ length: rows }, (_, i) => i)
  return Array.from({ length: columns }, (_, o) =>
    inputs.filter((i) => data[i * columns + o] !== 0),
  )
}

describe('a weight density', () => {
  test('leaves each unit that share of the inputs, the same for 16 neighbours', () => {
    const session = smallSession(options())
    SHARES.forEach((count, block) => {
      const units = taken(session, block)
      units.forEach((inputs, o) => {
        expect(inputs).toHaveLength(count)
        if (block < 2) expect(inputs).toEqual(units[o - (o % 16)])
      })
    })
    const first = taken(session, 0)
    expect(first[16]).not.toEqual(first[0])
  })

  test('leaves each of a few units a share of its own', () => {
    const units = taken(smallSession(options()), 2).map((inputs) => inputs.join())
    expect(new Set(units).size).toBe(4)
  })

  test('of few units leaves the feedback that learns beside them the same elements', async () => {
    for (const rule of [rules.kolenPollack(), rules.weightMirror()]) {
      const session = smallSession(options({ network: parseNetwork('12-40-4', 'tanh'), rule }))
      await train(session, engineData(), 3, 0.05)
      const zeros = places(read(session, weight(1)))
      expect(zeros).toHaveLength(4 * 20)
      expect(places(read(session, 'blocks.1.feedback'))).toEqual(zeros)
    }
  })

  test('keeps the variance of sums', () => {
    const wide = parseNetwork('12-400-500-4')
    const [sparse, dense] = [0.25, 1].map((weightDensity) => {
      const session = smallSession(options({ network: wide, weightDensity }))
      const values = read(session, weight(1))
      return values.reduce((sum, value) => sum + value * value, 0)
    })
    expect((sparse ?? 0) / (dense ?? 1)).toBeCloseTo(1, 1)
  })

  test('of 1 is dense weights', () => {
    expect(compile(options({ weightDensity: 1 }))).toEqual(
      compile(smallOptions({ network, rule: rules.fa() })),
    )
  })

  test('leaves feedback alone', () => {
    const feedback = (changes: Partial<CompileOptions>) =>
      smallSession(options(changes)).read('blocks.1.feedback')
    expect(feedback({})).toEqual(feedback({ weightDensity: 1 }))
  })

  test('that is no share is refused', () => {
    for (const weightDensity of [0, -1, 1.5, NaN]) {
      const message = `weightDensity ${weightDensity} is not above 0 and at most 1`
      expect(() => fit(smallFit({ weightDensity }))).toThrow(message)
    }
  })

  test('is refused where weights cannot be sparse, with the cure', () => {
    const refuse = (changes: Partial<CompileOptions>, message: string): void => {
      expect(() => compile(options(changes))).toThrow(UsageError)
      expect(() => compile(options(changes))).toThrow(message)
    }
    const where = 'dense blocks only, and network.blocks[0] is conv2d: leave it out'
    refuse({ network: parseNetwork('4x3-conv2:3-20-4') }, `weightDensity is there for ${where}`)
    refuse({ precision: 'bf16' }, 'weightDensity is there in precision f32 only: leave it out')
    const { optimizer } = smallOptions()
    refuse({ optimizer: { ...optimizer, clipNorm: 1 } }, 'blocks.2.weight is sparse; use clipValue')
  })
})

const kinds = {
  sgd: optimizers.sgd({ learningRate: 0.1, weightDecay: 0.1, maxNorm: 1 }),
  momentum: optimizers.sgd({ learningRate: 0.1, momentum: 0.5, nesterov: true, weightDecay: 0.1 }),
  rmsprop: optimizers.rmsprop({ learningRate: 0.01, weightDecay: 0.1 }),
  adam: optimizers.adam({ learningRate: 0.01, weightDecay: 0.1, clipValue: 0.1 }),
  adamw: optimizers.adamw({ learningRate: 0.01, weightDecay: 0.1 }),
}

for (const [name, optimizer] of Object.entries(kinds)) {
  for (const batch of [16, 1]) {
    test(`what is not there stays zero under ${name} with decay, batch ${batch}`, async () => {
      const session = smallSession(options({ optimizer, batch }))
      const before = SHARES.map((_, block) => read(session, weight(block)))
      await train(session, engineData(), 3, 0.05)
      before.forEach((values, block) => {
        const after = read(session, weight(block))
        expect(places(after)).toEqual(places(values))
        expect(after).not.toEqual(values)
      })
    })
  }
}

test('under backpropagation, what is there takes the step of dense weights of the same values', async () => {
  const [sparse, dense] = [0.5, 1].map((weightDensity) =>
    smallSession(options({ weightDensity, rule: rules.bp(), batch: 40 })),
  )
  if (sparse === undefined || dense === undefined) throw new RangeError('two were made')
  const held = SHARES.map((_, block) => places(read(sparse, weight(block))))
  SHARES.forEach((_, block) => {
    dense.write(weight(block), sparse.read(weight(block)).data)
  })
  for (const session of [sparse, dense]) await train(session, engineData(), 1, 0.5)
  held.forEach((zeros, block) => {
    const expected = dense.read(weight(block)).data
    for (const at of zeros) expected[at] = 0
    expect(sparse.read(weight(block)).data).toEqual(expected)
  })
})

for (const maker of allRules) {
  test(`${maker.ruleName} trains sparse weights to the same bits on any number of threads`, async () => {
    const run = async (threads: number): Promise<string> => {
      const wanted = { network, weightDensity: 0.5, rule: maker(), epochs: 2 }
      using trained = fit(smallFit({ ...wanted, threads }))
      const { model } = trained
      const zeros = () => SHARES.map((_, block) => places(read(model, weight(block))))
      const before = zeros()
      const hash = await finish(trained)
      expect(zeros()).toEqual(before)
      const feedback = follow.includes(maker.ruleName) ? 'blocks.1.feedback' : weight(1)
      expect(places(read(model, feedback))).toEqual(before[1])
      return hash
    }
    expect(await run(2)).toBe(await run(1))
  })
}

test('sparse weights give the same bits on any kernel', async () => {
  const hashes = new Set<string>()
  for (const kernel of addon().kernels()) {
    process.env['FEEDALIGN_KERNEL'] = kernel
    for (const rule of [rules.fa(), rules.bp()]) {
      const session = smallSession(options({ rule }))
      await train(session, engineData(), 2)
      hashes.add(`${rule.name} ${session.weightsSha256}`)
    }
  }
  expect(hashes.size).toBe(2)
})

test('a run with sparse weights that was stopped ends with the bits of one that was not', async () => {
  const checkpoints = temporaryFolder()
  const wanted = smallFit({ network, weightDensity: 0.25 })
  await finish(fit({ ...wanted, epochs: 2, checkpoints }))
  const resumed = await finish(fit({ ...wanted, checkpoints, resume: true }))
  expect(resumed).toBe(await finish(fit(wanted)))
})
