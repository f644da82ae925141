import fc from 'fast-check'
import { afterEach, expect, test, vi } from 'vitest'
import { addon } from '../../ts/engine/native.js'
import { UsageError } from '../../ts/errors.js'
import type { EpochEvent } from '../../ts/training/events.js'
import { fit, type FitOptions } from '../../ts/training/fit.js'
import { temporaryFolder } from '../folders.js'
import { combinations, optionsOf, type Combination } from './combinations.js'

afterEach(() => {
  delete process.env['FEEDALIGN_KERNEL']
  vi.restoreAllMocks()
})

const DRAWS = process.env['FEEDALIGN_LONG'] === undefined ? 40 : 5000

/** How a run's last epoch ended: the weights' hash, and all that was measured. */
async function whole(options: FitOptions): Promise<unknown> {
  using run = fit(options)
  let last: EpochEvent | undefined
  for await (const event of run) {
    if (event.event === 'epoch') last = event
    if (event.event !== 'done') continue
    const { trainLoss, trainError, validationError, blocks } = last ?? {}
    const measured = { trainLoss, trainError, validationError, blocks }
    return { weights: event.weightsSha256, ...measured }
  }
  throw new Error('the run came to no end')
}

/** The same, stopped after a share of its steps and resumed with other threads. */
async function resumed(options: FitOptions, stop: number): Promise<unknown> {
  // By this clock every call is a tenth of a second long, so that each is of one step.
  let time = 0
  const clock = vi.spyOn(performance, 'now').mockImplementation(() => (time += 100))
  const checkpoints = temporaryFolder()
  using run = fit({ ...options, threads: 3, checkpoints })
  for await (const event of run) {
    if (event.event !== 'progress') continue
    const { epoch, step, steps } = event
    if (epoch - 1 + step / steps >= 2 * stop) break
  }
  clock.mockRestore()
  return await whole({ ...options, checkpoints, resume: true })
}

/** On every kernel with some number of threads, and on the last one resumed: all outcomes. */
async function everywhere(options: FitOptions, stop: number): Promise<unknown[]> {
  const outcomes: unknown[] = []
  for (const [place, kernel] of kernelsOf(options).entries()) {
    process.env['FEEDALIGN_KERNEL'] = kernel
    outcomes.push(await whole({ ...options, threads: 1 + (place % 2) }))
  }
  outcomes.push(await resumed({ ...options, threads: 2 }, stop))
  delete process.env['FEEDALIGN_KERNEL']
  return outcomes
}

/** Those of the same bits: in bf16 the fastest and the reference have each their own. */
function kernelsOf({ precision }: FitOptions): readonly string[] {
  const [fastest = '', ...others] = addon().kernels()
  return precision === 'bf16' ? [fastest, fastest, fastest] : [fastest, ...others]
}

/** What there is of a random run; undefined where compilation refuses it. */
function compiled(one: Combination): FitOptions | undefined {
  try {
    const options = optionsOf(one)
    fit({ ...options, threads: 1 })[Symbol.dispose]()
    return options
  } catch (error) {
    if (error instanceof UsageError) return undefined
    throw error
  }
}

test(
  'a run of anything ends with the same bits on any threads and kernel, and when resumed',
  { timeout: 3_600_000 },
  async () => {
    let refused = 0
    const holds = async (one: Combination): Promise<void> => {
      const options = compiled(one)
      if (options === undefined) {
        refused += 1
        return
      }
      const [first, ...others] = await everywhere(options, one.stop)
      for (const other of others) expect(other).toEqual(first)
      // It rounds in its own way, so that only its own bits are to be the same.
      const wasm = { ...options, engine: 'wasm' } as const
      expect(await resumed(wasm, one.stop)).toEqual(await whole(wasm))
    }
    await fc.assert(fc.asyncProperty(combinations, holds), { seed: 1, numRuns: DRAWS })
    expect(refused).toBeLessThan(DRAWS / 2)
  },
)
