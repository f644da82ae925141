import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import { expect, onTestFinished, test, vi } from 'vitest'
import { loadData } from '../../../ts/config/index.js'
import type { QueueOptions } from '../../../ts/sweep/queue/executor.js'
import type { Ended } from '../../../ts/sweep/workers/executor.js'
import { temporaryFolder } from '../../folders.js'
import { coordinator, job, worker } from './processes.js'
import { hasRedis, Server } from './redis.js'

const quiet = (): void => undefined

const done: Ended = {
  state: 'done',
  value: 0.5,
  epochs: 1,
  curve: [],
  seconds: 1,
  weightsSha256: '0',
}

/** Redis as a worker has it; closed after the test. */
function connected(url: string): Redis {
  const redis = new Redis(url)
  onTestFinished(() => {
    redis.disconnect()
  })
  return redis
}

/** What BullMQ tells of a job that has left the queue. */
async function tellCompleted(redis: Redis, jobId: string): Promise<void> {
  const event = ['event', 'completed', 'jobId', jobId, 'returnvalue', 'null', 'prev', 'active']
  await redis.xadd('feedalign:trials:events', '*', ...event)
}

/** The id of the only job in the queue. */
async function onlyJob(redis: Redis): Promise<string> {
  const waiting = async (): Promise<string[]> => await redis.lrange('feedalign:trials:wait', 0, -1)
  await expect.poll(waiting, { timeout: 60_000 }).toHaveLength(1)
  return (await waiting())[0] ?? ''
}

test.runIf(hasRedis)(
  'a paused trial that is told of again while it is fetched is fetched once, and whole',
  async () => {
    const redis = await Server.start()
    const executor = await coordinator(redis.url)
    const wanted = { ...job(temporaryFolder(), 0, { epochs: 2 }), to: 1, last: false }
    const ended = executor.run(wanted, quiet)
    const peer = connected(redis.url)
    const id = await onlyJob(peer)
    const checkpoint = Buffer.alloc(2 ** 20, 7)
    const files = { 'checkpoint-last.bin': checkpoint, 'trial.json': '{}' }
    await peer.hset(`feedalign:folder:${id}`, files)
    await peer.set(`feedalign:result:${id}`, JSON.stringify(done))
    for (let time = 0; time < 20; time++) await tellCompleted(peer, id)
    expect(await ended).toEqual(done)
    expect(readFileSync(join(wanted.folder, 'checkpoint-last.bin')).equals(checkpoint)).toBe(true)
  },
)

/** What executors that ask for the same job in turn, none of which keeps its result, have of it. */
async function inTurn(url: string, results: Ended[], ...told: Partial<QueueOptions>[]) {
  const wanted = job(temporaryFolder(), 0)
  const peer = connected(url)
  const ends: Ended[] = []
  for (const more of told) {
    const executor = await coordinator(url, [], more)
    const ended = executor.run(wanted, quiet)
    const result = results.shift()
    if (result !== undefined) {
      const id = await onlyJob(peer)
      await peer.set(`feedalign:result:${id}`, JSON.stringify(result))
      await peer.del('feedalign:trials:wait', `feedalign:trials:${id}`)
      await tellCompleted(peer, id)
    }
    ends.push(await ended)
    await executor[Symbol.asyncDispose]()
  }
  return ends
}

test.runIf(hasRedis)(
  'a result that lies in Redis is that of the same sweep, data and version alone',
  async () => {
    const { url } = await Server.start()
    const loaded = await loadData(job('', 0).config)
    const other = { ...loaded, test: loaded.train }
    const results = [0.1, 0.2, 0.3, 0.4].map((value) => ({ ...done, value }))
    const told = [{}, { sweep: 'abd' }, { version: '0.0.1' }, { loaded: other }, {}]
    const ends = await inTurn(url, [...results], ...told)
    expect(ends).toEqual([...results, results[0]])
  },
)

test.runIf(hasRedis)(
  'a failure that lies in Redis is not that of a trial that is trained again',
  async () => {
    const { url } = await Server.start()
    const failed: Ended = { state: 'failed', error: 'why', epochs: 0, curve: [], seconds: 0 }
    expect(await inTurn(url, [failed, done], {}, {})).toEqual([failed, done])
  },
)

test.runIf(hasRedis)(
  'a second process that goes away without a job does not interrupt those of the first',
  async () => {
    const redis = await Server.start()
    const first = await coordinator(redis.url)
    const ended = first.run(job(temporaryFolder(), 0), quiet)
    const peer = connected(redis.url)
    await onlyJob(peer)
    const second = await coordinator(redis.url)
    await second[Symbol.asyncDispose]()
    expect(await peer.keys('feedalign:stop:*')).toEqual([])
    first.stop()
    expect(await ended).toEqual({ state: 'interrupted' })
    expect(await peer.keys('feedalign:stop:*')).toHaveLength(1)
  },
)

test.runIf(hasRedis)(
  'a worker that is stopped when it has just taken a job hands that back, too',
  async () => {
    const redis = await Server.start()
    const executor = await coordinator(redis.url)
    const first = await worker(redis.url)
    const { taken, release } = holdTaken()
    const ended = executor.run(job(temporaryFolder(), 0, { epochs: 100_000 }), quiet)
    await taken
    const stopped = first.stop()
    release()
    await stopped
    await onlyJob(connected(redis.url))
    executor.stop()
    expect(await ended).toEqual({ state: 'interrupted' })
  },
)

/** Holds workers of this process at what they ask of Redis for a job that they have just taken. */
function holdTaken(): { taken: Promise<void>; release: () => void } {
  let release = (): void => undefined
  const released = new Promise<void>((resolve) => (release = resolve))
  const taken = new Promise<void>((resolve) => {
    const held = vi.spyOn(Redis.prototype, 'exists').mockImplementation(async function (
      this: Redis,
      key: unknown,
    ) {
      if (String(key).startsWith('feedalign:result:')) {
        resolve()
        await released
      }
      return Number(await this.call('exists', String(key)))
    })
    onTestFinished(() => {
      held.mockRestore()
    })
  })
  return { taken, release }
}
