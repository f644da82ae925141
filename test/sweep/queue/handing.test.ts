import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { loadData } from '../../../ts/config/index.js'
import type { Ended, TrialJob } from '../../../ts/sweep/workers/executor.js'
import { poolExecutor } from '../../../ts/sweep/workers/pool.js'
import type { TrainingEvent } from '../../../ts/training/events.js'
import { temporaryFolder } from '../../folders.js'
import { coordinator, job, worker } from './processes.js'
import { hasRedis, Server } from './redis.js'

const quiet = (): void => undefined

/** What a job comes to without a queue; where it says, with no checkpoint before it. */
async function alone(wanted: TrialJob): Promise<Ended> {
  await using executor = poolExecutor({ loaded: await loadData(wanted.config), workers: 1 })
  return await executor.run({ ...wanted, folder: temporaryFolder() }, quiet)
}

const hashOf = (ended: Ended): string =>
  ended.state === 'done' ? ended.weightsSha256 : JSON.stringify(ended)

/** So many epochs that it is at work until it is stopped. */
const endless = { epochs: 100_000 }

test.runIf(hasRedis)('a job does through a queue what it does without, bit for bit', async () => {
  const redis = await Server.start()
  const executor = await coordinator(redis.url)
  await worker(redis.url)
  const wanted = job(temporaryFolder(), 0, { epochs: 2 })
  const ended = await executor.run(wanted, quiet)
  const expected = await alone(wanted)
  expect({ ...ended, seconds: 0 }).toEqual({ ...expected, seconds: 0 })
  executor.journaled(wanted)
  await expect.poll(() => redis.held(), { timeout: 60_000 }).toEqual([])
})

test.runIf(hasRedis)('a trial that fails is failed once, with its reason', async () => {
  const redis = await Server.start()
  const executor = await coordinator(redis.url)
  await worker(redis.url)
  const wanted = job(temporaryFolder(), 0, { learningRate: 1e30 })
  const ended = await executor.run(wanted, quiet)
  expect(ended).toMatchObject({ state: 'failed' })
  expect(ended).toHaveProperty('error', expect.stringContaining('the loss became'))
})

test.runIf(hasRedis)(
  'a paused trial goes on elsewhere from its checkpoint, to the same bits',
  async () => {
    const redis = await Server.start()
    const executor = await coordinator(redis.url)
    const whole = job(temporaryFolder(), 0, { epochs: 2 })
    const first = await worker(redis.url)
    const paused = { ...whole, to: 1, last: false }
    expect(await executor.run(paused, quiet)).toMatchObject({ state: 'done', epochs: 1 })
    executor.journaled(paused)
    await first.stop()
    expect(existsSync(join(whole.folder, 'checkpoint-last.bin'))).toBe(true)

    await worker(redis.url)
    const ended = await executor.run({ ...whole, from: 1 }, quiet)
    expect(hashOf(ended)).toBe(hashOf(await alone(whole)))
    // Its first epoch was not trained again.
    expect(ended).toHaveProperty('curve', [expect.objectContaining({ epoch: 2 })])
  },
)

test.runIf(hasRedis)(
  'a worker that is stopped hands its job on with what it has trained',
  async () => {
    const redis = await Server.start()
    const executor = await coordinator(redis.url)
    const wanted = job(temporaryFolder(), 0, endless)
    const first = await worker(redis.url)
    const heard: TrainingEvent[] = []
    const ended = executor.run(wanted, (event) => heard.push(event))
    await expect.poll(() => heard.length, { timeout: 60_000 }).toBeGreaterThan(0)
    await first.stop()
    const before = Math.max(...heard.map((event) => ('epoch' in event ? event.epoch : 0)))
    heard.length = 0

    await worker(redis.url)
    await expect.poll(() => heard.length, { timeout: 60_000 }).toBeGreaterThan(0)
    expect(heard[0]).toHaveProperty(
      'epoch',
      expect.toSatisfy((epoch) => Number(epoch) >= before),
    )
    executor.stop()
    expect(await ended).toEqual({ state: 'interrupted' })
    expect(existsSync(join(wanted.folder, 'checkpoint-last.bin'))).toBe(true)
  },
)

test.runIf(hasRedis)(
  'what came while the coordinator was gone is there on its return',
  async () => {
    const redis = await Server.start()
    const wanted = job(temporaryFolder(), 0)
    const gone = await coordinator(redis.url)
    const lone = await worker(redis.url)
    const ended = await gone.run(wanted, quiet)
    // It is gone before it has that in its journal; and so is the worker.
    await lone.stop()

    const back = await coordinator(redis.url)
    expect(await back.run(wanted, quiet)).toEqual(ended)
    back.journaled(wanted)
    await expect.poll(() => redis.held(), { timeout: 60_000 }).toEqual([])
  },
)

test.runIf(hasRedis)(
  'workers of another version or with other data leave a job to others',
  async () => {
    const redis = await Server.start()
    const data = join(temporaryFolder(), 'own.csv')
    const rows = (first: number): string =>
      Array.from({ length: 40 }, (_, i) => `${first + i},${i % 7},${i % 2}`).join('\n')
    writeFileSync(data, rows(0))
    const warned: string[] = []
    const wanted = job(temporaryFolder(), 0, { data, network: '2-4-2' })
    const loaded = await loadData(wanted.config)
    const executor = await coordinator(redis.url, warned, { loaded })
    const old = await worker(redis.url, { version: '0.0.1' })
    const ended = executor.run(wanted, quiet)
    await expect.poll(() => warned.join('\n'), { timeout: 60_000 }).toContain('version 0.0.1 here')
    await old.stop()

    writeFileSync(data, rows(1))
    const other = await worker(redis.url)
    await expect.poll(() => warned.join('\n'), { timeout: 60_000 }).toContain('is other data than')
    await other.stop()

    writeFileSync(data, rows(0))
    await worker(redis.url)
    expect(await ended).toMatchObject({ state: 'done' })
  },
)
