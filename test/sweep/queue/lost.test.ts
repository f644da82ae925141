import { expect, test } from 'vitest'
import type { Ended, TrialJob } from '../../../ts/sweep/workers/executor.js'
import type { QueueExecutor } from '../../../ts/sweep/queue/executor.js'
import { kill } from '../../children.js'
import { temporaryFolder } from '../../folders.js'
import { coordinator, job, startWorker } from './processes.js'
import { hasRedis, Server } from './redis.js'

const long = process.env['FEEDALIGN_LONG'] !== undefined

/** Trials, how often a worker is lost, and what Redis remembers of the time before its end. */
const cases = long
  ? [
      { trials: 100, losses: 12, memory: 'nothing', options: [] },
      { trials: 100, losses: 12, memory: 'all', options: ['--appendonly', 'yes'] },
    ]
  : [{ trials: 16, losses: 2, memory: 'nothing', options: [] }]

/** Numbers from 0 to 1, the same for the same seed (mulberry32). */
function random(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** Does all trials, six at once, each with a pause after an epoch; `told` hears of each end. */
async function doAll(
  executor: QueueExecutor,
  jobs: readonly TrialJob[],
  told: (one: TrialJob, ended: Ended) => void,
): Promise<void> {
  const left = [...jobs]
  const one = async (): Promise<void> => {
    for (let next = left.shift(); next !== undefined; next = left.shift()) {
      const paused = { ...next, to: 1, last: false }
      expect(await executor.run(paused, () => undefined)).toMatchObject({ state: 'done' })
      executor.journaled(paused)
      const rest = { ...next, from: 1 }
      told(next, await executor.run(rest, () => undefined))
      executor.journaled(rest)
    }
  }
  await Promise.all(Array.from({ length: 6 }, one))
}

for (const { trials, losses, memory, options } of hasRedis ? cases : []) {
  test(
    `workers are killed at random and Redis forgets ${memory === 'all' ? 'nothing' : 'everything'}: ` +
      `each of ${trials} trials comes back once`,
    async () => {
      const redis = await Server.start(...options)
      const draw = random(7)
      const workers = Array.from({ length: 3 }, () => startWorker(redis.url))
      const executor = await coordinator(redis.url)
      const folder = temporaryFolder()
      const jobs = Array.from({ length: trials }, (_, trial) => job(folder, trial, { epochs: 2 }))
      const ended: [number, string][] = []
      const restartAt = Math.floor(trials / 2)
      const lossesAt = new Set(
        Array.from({ length: losses }, () => Math.ceil(draw() * trials * 0.9)),
      )
      const troubles: Promise<void>[] = []
      const trouble = async (count: number): Promise<void> => {
        if (count === restartAt) {
          await redis.kill()
          await redis.start()
        }
        if (!lossesAt.has(count)) return
        const which = Math.floor(draw() * workers.length)
        const lost = workers[which]
        workers[which] = startWorker(redis.url)
        if (lost !== undefined) await kill(lost)
      }
      await doAll(executor, jobs, ({ trial }, { state }) => {
        ended.push([trial, state])
        troubles.push(trouble(ended.length))
      })
      await Promise.all(troubles)

      expect(ended.sort(([a], [b]) => a - b)).toEqual(jobs.map(({ trial }) => [trial, 'done']))
      // Nothing of them stays, but what a lost worker's double comes to after its end.
      for (const worker of workers) await kill(worker)
      const held = await redis.held()
      expect(held.length).toBeLessThanOrEqual(2 * 6)
    },
    long ? 1_800_000 : 600_000,
  )
}
