import { describe, expect, test } from 'vitest'
import type { CompileOptions } from '../../ts/compile/index.js'
import { engine, type Session } from '../../ts/engine/index.js'
import { native } from '../../ts/engine/native.js'
import { parseNetwork } from '../../ts/network/index.js'
import { rules } from '../../ts/rules/index.js'
import { fit } from '../../ts/training/fit.js'
import { optimizers, type SgdOptions } from '../../ts/training/optimizers.js'
import { temporaryFolder } from '../folders.js'
import {
  engineData,
  finish,
  read,
  relative,
  smallFit,
  smallOptions,
  smallSession,
  train,
} from './small.js'

const RATE = 0.5

const withOptions = (more: Partial<SgdOptions>, changes: Partial<CompileOptions> = {}) =>
  smallOptions({ optimizer: optimizers.sgd({ learningRate: RATE, ...more }), ...changes })

/** The weights and biases of a block, one after the other. */
const ofBlock = (session: Session, block: number): number[] =>
  ['weight', 'bias'].flatMap((one) => [...read(session, `blocks.${block}.${one}`)])

/** Those of all blocks. */
const parameters = (session: Session): number[] =>
  [0, 1, 2].flatMap((block) => ofBlock(session, block))

/** How far the parameters went in an epoch, and the session that went. */
async function moved(options: CompileOptions, binding = native(), threads = 1) {
  const session = smallSession(options, threads, binding)
  const before = parameters(session)
  await train(session, engineData(undefined, binding), 1, RATE)
  return { session, by: parameters(session).map((value, i) => value - (before[i] ?? NaN)) }
}

const norm = (values: readonly number[]): number =>
  Math.sqrt(values.reduce((sum, value) => sum + value ** 2, 0))

describe('with a bound on the norm of the gradients', () => {
  // One step of all 40 examples: how far it goes is the gradient's norm times the rate.
  const step = { batch: 40 } as const
  for (const reduction of ['mean', 'sum'] as const) {
    for (const rule of [rules.bp(), rules.fa(), rules.dfa(), rules.shallow()]) {
      test(`a longer ${reduction} is cut to it, in its direction, under ${rule.name}`, async () => {
        const options = { ...step, reduction, rule }
        const { by: free } = await moved(withOptions({}, options))
        const clipNorm = norm(free) / RATE / 3
        const { by: cut } = await moved(withOptions({ clipNorm }, options))
        expect(Math.abs(norm(cut) / (clipNorm * RATE) - 1)).toBeLessThan(1e-4)
        expect(
          relative(
            cut,
            free.map((value) => value / 3),
          ),
        ).toBeLessThan(1e-4)
      })
    }
  }

  test('a shorter one keeps every bit of what it would be without', async () => {
    const { session, by } = await moved(withOptions({}, step))
    const clipNorm = (norm(by) / RATE) * 1.01
    const { session: other } = await moved(withOptions({ clipNorm }, step))
    expect(other.weightsSha256).toBe(session.weightsSha256)
  })

  for (const batch of [1, 7, 16, 33, 40]) {
    test(`in batches of ${batch} threads do not change a bit, and wasm rounding alone`, async () => {
      const options = withOptions({ clipNorm: 0.05, momentum: 0.5 }, { batch })
      const { session: one } = await moved(options)
      for (const threads of [2, 3]) {
        const { session } = await moved(options, native(), threads)
        expect(session.weightsSha256).toBe(one.weightsSha256)
      }
      const { session } = await moved(options, engine('wasm'))
      expect(relative(parameters(session), parameters(one))).toBeLessThan(1e-5)
    })
  }

  test('in bf16 it is refused with the cure', () => {
    const options = withOptions({ clipNorm: 1 }, { precision: 'bf16' })
    expect(() => smallSession(options)).toThrow(
      /clipNorm 1: norms are bounded in precision f32 alone/,
    )
  })
})

describe('with a bound on the norm of the weights into a unit', () => {
  for (const threads of [1, 2]) {
    test(`no column is longer than it after a step, on ${threads} threads`, async () => {
      const maxNorm = 0.9
      const { session: free } = await moved(withOptions({}, { batch: 40 }))
      const { session: bound } = await moved(
        withOptions({ maxNorm }, { batch: 40 }),
        native(),
        threads,
      )
      let cut = 0
      for (const block of [0, 1, 2]) {
        const [, columns = 0] = bound.read(`blocks.${block}.weight`).shape
        const [long, short] = [free, bound].map((one) => read(one, `blocks.${block}.weight`))
        for (let column = 0; column < columns; column++) {
          const of = (all: Float64Array = new Float64Array()) =>
            [...all].filter((_, i) => i % columns === column)
          const [before, after] = [of(long), of(short)]
          const factor = Math.min(1, maxNorm / norm(before))
          cut += factor < 1 ? 1 : 0
          expect(
            relative(
              after,
              before.map((value) => value * factor),
            ),
          ).toBeLessThan(1e-6)
        }
        const biases = [free, bound].map((one) => read(one, `blocks.${block}.bias`))
        expect(biases[1]).toEqual(biases[0])
      }
      expect(cut).toBeGreaterThan(5)
      expect(cut).toBeLessThan(37)
    })
  }

  test('threads do not change a bit of it, whether a step has one example or more', async () => {
    for (const batch of [1, 16]) {
      const sessions = [1, 2, 3].map((threads) =>
        smallSession(withOptions({ maxNorm: 0.9 }, { batch }), threads),
      )
      for (const session of sessions) await train(session, engineData(), 2, RATE)
      expect(new Set(sessions.map((session) => session.weightsSha256)).size).toBe(1)
    }
  })

  test('in bf16 it is refused with the cure', () => {
    const options = withOptions({ maxNorm: 1 }, { precision: 'bf16' })
    expect(() => smallSession(options)).toThrow(
      /maxNorm 1: norms are bounded in precision f32 alone/,
    )
  })
})

test('learningRateFactors want one factor a block, and each is that block’s', async () => {
  const few = withOptions({ learningRateFactors: [1, 0.5] })
  expect(() => smallSession(few)).toThrow(
    'learningRateFactors has 2 factors; the network has 3 blocks, and wants one for each',
  )
  const options = { batch: 40, rule: rules.bp() }
  const { session: plain, by: full } = await moved(withOptions({}, options))
  const factors = [0.25, 1, 2]
  const { by } = await moved(withOptions({ learningRateFactors: factors }, options))
  const sizes = [0, 1, 2].map((block) => ofBlock(plain, block).length)
  let first = 0
  for (const [block, size] of sizes.entries()) {
    const part = (all: readonly number[]) => all.slice(first, first + size)
    const expected = part(full).map((value) => value * (factors[block] ?? NaN))
    expect(relative(part(by), expected)).toBeLessThan(1e-4)
    first += size
  }
})

test('with both bounds a run that was stopped and resumed ends with the same bits', async () => {
  const optimizer = optimizers.adam({ learningRate: 0.01, clipNorm: 0.1, maxNorm: 1 })
  const checkpoints = temporaryFolder()
  for await (const event of fit(smallFit({ optimizer, checkpoints }))) {
    if (event.event === 'progress' && event.epoch === 3) break
  }
  const resumed = await finish(fit(smallFit({ optimizer, checkpoints, resume: true, threads: 3 })))
  expect(resumed).toBe(await finish(fit(smallFit({ optimizer }))))
})

test('a bound on the norm of a convolution’s gradients is refused with the cure', () => {
  const network = parseNetwork('4x3x1-conv2x2:3-4')
  expect(() => smallSession(withOptions({ clipNorm: 1 }, { network }))).toThrow(
    /clipNorm 1: .*blocks\.0\.weight is conv2d; use clipValue/,
  )
})
