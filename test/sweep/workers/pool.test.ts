/** Jobs in worker threads of this process. */
import { existsSync } from 'node:fs'
import { receiveMessageOnPort, MessageChannel } from 'node:worker_threads'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import type { Ended, Executor } from '../../../ts/sweep/workers/executor.js'
import { Count, sender } from '../../../ts/sweep/workers/messages.js'
import { poolExecutor, type PoolOptions } from '../../../ts/sweep/workers/pool.js'
import { trainJob } from '../../../ts/sweep/workers/trainJob.js'
import type { EpochEvent, TrainingEvent } from '../../../ts/training/events.js'
import { built, child, lines } from '../../children.js'
import { temporaryFolder } from '../../folders.js'
import { configOf, done, jobOf, someDigits, timeless } from './jobs.js'

const loaded = await someDigits()

const pool = (options: Partial<PoolOptions> = {}): Executor =>
  poolExecutor({ loaded, workers: 2, ...options })

const nothing = (): void => undefined

/** Jobs of several seeds; as many as there are. */
function jobs(folder: string, count: number, settings: Readonly<Record<string, unknown>> = {}) {
  return Array.from({ length: count }, (_, trial) =>
    jobOf(folder, { trial, config: configOf({ seed: trial + 1, ...settings }) }),
  )
}

describe('jobs in worker threads', () => {
  for (const engine of ['native', 'wasm']) {
    test(`come to what they come to in this one, with the ${engine} engine`, async () => {
      await using executor = pool()
      const all = jobs(temporaryFolder(), 4, { engine })
      const found = await Promise.all(all.map((job) => executor.run(job, nothing)))
      const alone: Ended[] = []
      for (const job of jobs(temporaryFolder(), 4, { engine })) {
        alone.push(await trainJob(job, { loaded, threads: 1, stopped: () => false, tell: nothing }))
      }
      expect(found.map(timeless)).toEqual(alone.map(timeless))
    })
  }

  test('tell of every epoch, in order and before their end', async () => {
    await using executor = pool()
    const told: TrainingEvent[] = []
    const { curve } = done(
      await executor.run(jobOf(temporaryFolder()), (event) => told.push(event)),
    )
    const epochs = told.filter((event): event is EpochEvent => event.event === 'epoch')
    expect(epochs.map(({ epoch }) => epoch)).toEqual([0, 1, 2, 3, 4])
    expect(epochs.map(({ validationError }) => validationError)).toEqual(
      curve.map(({ validationError }) => validationError),
    )
  })

  test('go on in another pool after a stop, to the same bits', async () => {
    const folder = temporaryFolder()
    const long = { epochs: 60, network: '784-64-10' }
    const all = jobs(folder, 2, long)
    {
      await using executor = pool()
      const running = all.map((job) =>
        executor.run(job, (event) => {
          if (event.event === 'epoch' && event.epoch === 2) executor.stop()
        }),
      )
      expect(await Promise.all(running)).toEqual([
        { state: 'interrupted' },
        { state: 'interrupted' },
      ])
      const late = await executor.run(jobOf(folder, { trial: 9 }), nothing)
      expect(late).toEqual({ state: 'interrupted' })
    }
    await using executor = pool()
    const found = await Promise.all(all.map((job) => executor.run(job, nothing)))
    const fresh = jobs(temporaryFolder(), 2, long)
    const whole = await Promise.all(fresh.map((job) => executor.run(job, nothing)))
    expect(found.map(timeless)).toEqual(whole.map(timeless))
    expect(all.map((job) => existsSync(job.folder))).toEqual([false, false])
  })

  test('are interrupted when the pool is disposed of', async () => {
    const executor = pool()
    const running = executor.run(
      jobOf(temporaryFolder(), { config: configOf({ epochs: 1e6 }) }),
      nothing,
    )
    await executor[Symbol.asyncDispose]()
    expect(await running).toEqual({ state: 'interrupted' })
  })
})

test('a pool is disposed of while its threads are starting, again and again', async () => {
  for (let i = 0; i < 10; i++) {
    const executor = pool({ workers: 4 })
    const running = executor.run(jobOf(temporaryFolder()), nothing)
    await executor[Symbol.asyncDispose]()
    expect((await running).state).toBe('interrupted')
  }
})

describe('a job whose thread', () => {
  const script = new URL('dying.cjs', import.meta.url)
  const endless = configOf({ epochs: 1e6 })
  for (const [what, trial, reason] of [
    ['leaves the process', 901, /^its worker thread died: worker exited with code: 3$/],
    ['throws outside of the job', 902, /^its worker thread died: thrown$/],
    ['has no memory left', 903, /^its worker thread died: .*memory limit.*$/],
  ] as const) {
    test(`${what} fails alone, with its reason, and another thread takes its place`, async () => {
      await using executor = pool({ script, resourceLimits: { maxOldGenerationSizeMb: 64 } })
      const folder = temporaryFolder()
      const dying = executor.run(jobOf(folder, { trial, config: endless }), nothing)
      const others = jobs(folder, 3).map((job) => executor.run(job, nothing))
      const died = await dying
      expect(died).toMatchObject({
        state: 'failed',
        error: expect.stringMatching(reason) as string,
      })
      const later = jobs(temporaryFolder(), 3).map((job) => executor.run(job, nothing))
      const found = await Promise.all([...others, ...later])
      expect(found.map(timeless).slice(0, 3)).toEqual(found.map(timeless).slice(3))
      expect(found.map(({ state }) => state)).toEqual(Array(6).fill('done'))
    })
  }

  test('dies, and no other can take its place, fails alone too; there are no more jobs', async () => {
    await using executor = pool({ script })
    const folder = temporaryFolder()
    const job = jobOf(folder, { config: endless })
    const other = executor.run(job, nothing)
    const dying = executor.run(jobOf(folder, { trial: 901, config: endless }), nothing)
    // Threads begin with the environment as it is then.
    vi.stubEnv('NO_MORE_THREADS', 'true')
    onTestFinished(() => void vi.unstubAllEnvs())
    const refusal = /^worker threads can do no trials: no more threads$/
    const waiting = executor.run(jobOf(folder, { trial: 1 }), nothing)
    await expect(waiting).rejects.toThrow(refusal)
    expect(await dying).toMatchObject({ state: 'failed' })
    await expect(executor.run(jobOf(folder, { trial: 2 }), nothing)).rejects.toThrow(refusal)
    executor.stop()
    expect(await other).toEqual({ state: 'interrupted' })
    expect(existsSync(job.folder)).toBe(true)
  })

  test('cannot even begin is no failed trial: no other one could be done either', async () => {
    await using executor = pool({ script: new URL('none.mjs', import.meta.url) })
    const running = executor.run(jobOf(temporaryFolder()), nothing)
    await expect(running).rejects.toThrow(/^worker threads can do no trials: .*none\.mjs/)
  })
})

test('a failed trial is a result, and its thread does the next one', async () => {
  await using executor = pool({ workers: 1 })
  const folder = temporaryFolder()
  const networks = ['700-10', '784-1000000-1000000-10', '784-16-10']
  const found: Ended[] = []
  for (const [trial, network] of networks.entries()) {
    found.push(await executor.run(jobOf(folder, { trial, config: configOf({ network }) }), nothing))
  }
  expect(found.map(({ state }) => state)).toEqual(['failed', 'failed', 'done'])
})

test('a pool keeps nothing of jobs that have ended', async () => {
  const script = `
    import { take } from ${JSON.stringify(built('data/examples.js'))}
    import { datasets } from ${JSON.stringify(built('data/sets/index.js'))}
    import { resolveConfig } from ${JSON.stringify(built('config/index.js'))}
    import { poolExecutor } from ${JSON.stringify(built('sweep/workers/pool.js'))}
    const all = await datasets.digits()
    const first = Uint32Array.from({ length: 100 }, (_, i) => i)
    const loaded = { ...all, train: take(all.train, first), test: take(all.test, first) }
    const settings = { network: '784-10', epochs: 1, validation: 0.1, rule: 'bp' }
    const given = Object.entries(settings).map(([key, value]) => [key, { value, where: key }])
    const config = resolveConfig(new Map(given))
    const job = { trial: 0, from: 0, to: 1, last: true, config, metric: 'validationError' }
    const executor = poolExecutor({ loaded, workers: 1 })
    const run = async (folder) => {
      const ended = await executor.run({ ...job, folder }, () => undefined)
      return [ended.state, new WeakRef(ended)]
    }
    const ended = []
    for (const folder of ['a', 'b', 'c', 'd']) ended.push(await run(folder))
    await new Promise((resolve) => setTimeout(resolve, 50))
    gc()
    console.log(JSON.stringify(ended.map(([state, one]) => [state, one.deref() !== undefined])))
    await executor[Symbol.asyncDispose]()`
  const seen: unknown[] = []
  for await (const line of lines(child(script, [], ['--expose-gc']))) seen.push(JSON.parse(line))
  expect(seen[0]).toEqual(Array(4).fill(['done', false]))
})

test('a main thread that does not listen has 64 messages waiting at most', () => {
  const { port1, port2 } = new MessageChannel()
  const counts = new Int32Array(new SharedArrayBuffer(4 * Count.size))
  const send = sender({ job: jobOf('.'), port: port2, counts, shared: {} })
  const event: EpochEvent = {
    ...{ event: 'epoch', epoch: 1, trainLoss: 1, trainError: 0, angles: [], blocks: [] },
    ...{ seconds: 1, samplesPerSecond: 1 },
  }
  for (let i = 0; i < 1000; i++) send(event)
  let waiting = 0
  while (receiveMessageOnPort(port1) !== undefined) waiting++
  expect(waiting).toBe(64)
  Atomics.sub(counts, Count.unread, waiting)
  send(event)
  expect(receiveMessageOnPort(port1)?.message).toEqual(event)
  port1.close()
})

test('three threads hold the data once', async () => {
  const script = `
    import { dataset } from ${JSON.stringify(built('data/examples.js'))}
    import { resolveConfig } from ${JSON.stringify(built('config/index.js'))}
    import { poolExecutor } from ${JSON.stringify(built('sweep/workers/pool.js'))}
    const examples = (count) => dataset({
      inputs: new Uint8Array(count * 2 ** 16),
      shape: [2 ** 16],
      targets: Uint32Array.from({ length: count }, (_, i) => i % 2),
    })
    const settings = { network: '65536-2', epochs: 1, validation: 0.1, batch: 512, rule: 'bp' }
    const given = Object.entries(settings).map(([key, value]) => [key, { value, where: key }])
    const config = resolveConfig(new Map(given))
    const executor = poolExecutor({
      loaded: { name: 'zeros', sample: false, train: examples(2300), test: examples(1) },
      workers: 3,
    })
    const job = { trial: 0, from: 0, to: 1, last: true, config, metric: 'validationError' }
    const run = (folder) => executor.run({ ...job, folder }, () => undefined)
    const ended = await Promise.all(['a', 'b', 'c'].map(run))
    gc()
    console.log(JSON.stringify([process.memoryUsage().rss, ...ended.map(({ state }) => state)]))
    await executor[Symbol.asyncDispose]()`
  const seen: unknown[] = []
  for await (const line of lines(child(script, [], ['--expose-gc']))) seen.push(JSON.parse(line))
  const [memory, ...states] = seen[0] as [number, ...string[]]
  expect(states).toEqual(['done', 'done', 'done'])
  // 151 MB of data, in JavaScript and in the engine; with a copy a thread it would be 750 MB.
  expect(memory).toBeLessThan(550e6)
})
