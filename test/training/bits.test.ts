import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { addon } from '../../ts/engine/native.js'
import { parseNetwork } from '../../ts/network/index.js'
import { rules } from '../../ts/rules/index.js'
import { fit, type FitOptions } from '../../ts/training/fit.js'
import { optimizers } from '../../ts/training/optimizers.js'
import { smallData, smallOptions, smallSession, engineData, train } from './small.js'

const folders: string[] = []

afterEach(() => {
  delete process.env['FEEDALIGN_KERNEL']
  folders.splice(0).forEach((folder) => {
    rmSync(folder, { recursive: true })
  })
})

function folder(): string {
  const made = mkdtempSync(join(tmpdir(), 'feedalign-'))
  folders.push(made)
  return made
}

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

async function run(changes: Partial<FitOptions>): Promise<string | undefined> {
  const network = parseNetwork('12-20-18-4')
  const optimizer = optimizers.sgd({ learningRate: 0.1, momentum: 0.5 })
  const base = { network, optimizer, rule: rules.fa(), data: smallData(), batch: 4, epochs: 6 }
  for await (const event of fit({ ...base, ...changes })) {
    if (event.event === 'done') return event.weightsSha256
  }
  return undefined
}

test('a run that was stopped in an epoch and resumed ends with the same bits', async () => {
  const whole = await run({})
  const checkpoints = folder()
  const stop = new AbortController()
  const started = fit({
    network: parseNetwork('12-20-18-4'),
    optimizer: optimizers.sgd({ learningRate: 0.1, momentum: 0.5 }),
    rule: rules.fa(),
    data: smallData(),
    batch: 4,
    epochs: 6,
    checkpoints,
    signal: stop.signal,
  })
  const seen: string[] = []
  for await (const event of started) {
    seen.push(event.event)
    if (event.event === 'progress' && event.epoch === 3) stop.abort()
  }
  expect(seen.at(-1)).toBe('interrupted')
  expect(await run({ checkpoints, resume: true })).toBe(whole)
})

test('a checkpoint of another network is refused', async () => {
  const checkpoints = folder()
  await run({ checkpoints, epochs: 1 })
  const other = parseNetwork('12-20-4')
  await expect(run({ checkpoints, resume: true, network: other })).rejects.toThrow(
    /another network/,
  )
})

test('a run whose loss overflows stops and says where', async () => {
  const optimizer = optimizers.sgd({ learningRate: 1e30 })
  const network = parseNetwork('12-20-18-4', 'relu')
  await expect(run({ optimizer, network })).rejects.toThrow(/in epoch 1, step \d+; .*learning rate/)
})
