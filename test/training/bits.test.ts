import { afterEach, expect, test } from 'vitest'
import { datasets } from '../../ts/data/sets/index.js'
import { addon } from '../../ts/engine/native.js'
import { parseNetwork } from '../../ts/network/index.js'
import { rules } from '../../ts/rules/index.js'
import { fit, type FitOptions } from '../../ts/training/fit.js'
import { engineData, finish, smallFit, smallOptions, smallSession, train } from './small.js'

afterEach(() => {
  delete process.env['FEEDALIGN_KERNEL']
})

test('weights have the same bits for any number of threads', async () => {
  const options = smallOptions({ rule: rules.fa() })
  const sessions = [1, 2, 3].map((threads) => smallSession(options, threads))
  for (const session of sessions) await train(session, engineData(), 3)
  expect(new Set(sessions.map((session) => session.weightsSha256)).size).toBe(1)
})

test('weights have the same bits on every kernel of this machine', async () => {
  const hashes = new Set<string>()
  for (const kernel of addon().kernels()) {
    process.env['FEEDALIGN_KERNEL'] = kernel
    const session = smallSession(smallOptions({ rule: rules.dfa() }))
    expect(session.kernel).toBe(kernel)
    await train(session, engineData(), 3)
    hashes.add(session.weightsSha256)
  }
  expect(hashes.size).toBe(1)
})

test('a kernel that this machine lacks is an error that names those it has', () => {
  process.env['FEEDALIGN_KERNEL'] = 'avx9'
  expect(() => smallSession(smallOptions())).toThrow(/no kernel "avx9".*generic/)
})

/** Two epochs of 784-32-10 on the digits. */
async function onDigits(changes: Partial<FitOptions>): Promise<string> {
  const { train: data } = await datasets.digits()
  const network = parseNetwork('784-32-10')
  const run = fit({ network, rule: rules.fa(), data, epochs: 2, seed: 3, ...changes })
  const hash = await finish(run)
  run.model[Symbol.dispose]()
  return hash
}

test('two epochs on the digits end with the same bits for 1, 2 and 3 threads', async () => {
  const hashes = new Set<string>()
  for (const threads of [1, 2, 3]) hashes.add(await onDigits({ threads }))
  expect(hashes.size).toBe(1)
})

test('two epochs on the digits end with the same bits on every kernel', async () => {
  const hashes = new Set<string>()
  for (const kernel of addon().kernels()) {
    process.env['FEEDALIGN_KERNEL'] = kernel
    hashes.add(await onDigits({ threads: 2 }))
  }
  expect(addon().kernels()).toContain('generic')
  expect(hashes.size).toBe(1)
})

test('two runs at once in one process end with the bits of each alone', async () => {
  const options = [rules.fa(), rules.bp()].map((rule) => smallFit({ rule, threads: 2 }))
  const alone: string[] = []
  for (const one of options) alone.push(await finish(fit(one)))
  expect(await Promise.all(options.map((one) => finish(fit(one))))).toEqual(alone)
  expect(alone[0]).not.toBe(alone[1])
})
