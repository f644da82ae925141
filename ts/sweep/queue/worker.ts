import { randomUUID } from 'node:crypto'
import { mkdtemp } from 'node:fs/promises'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Job, Worker } from 'bullmq'
import type { Redis } from 'ioredis'
import type { Config } from '../../config/index.js'
import { engine } from '../../engine/index.js'
import { reason } from '../../errors.js'
import { whole } from '../../training/checks.js'
import { version as ownVersion } from '../../version.js'
import type { Ended, TrialJob } from '../workers/executor.js'
import { poolExecutor } from '../workers/pool.js'
import { Benches, type Bench } from './bench.js'
import { receive, remove, send } from './folders.js'
import { KEPT_SECONDS, keys, prefix, queueName, type Queued, type Told } from './messages.js'
import { connect, isOfConnection, packages, parseAddress } from './redis.js'
import { Presence } from './registry.js'
import { Rest } from './rest.js'
import { throttle } from './throttle.js'

export interface QueueWorkerOptions {
  /** `redis://…` or `rediss://…`. */
  readonly url: string
  /** Jobs of another one than this program are left to others; its own unless told. */
  readonly version?: string
  /** Jobs at once, at least 1. */
  readonly slots: number
  /** Where this machine has its data; the usual folders unless told. */
  readonly dataDir?: string
  /**
   * Seconds without a sign of life after which a worker's job is another's; 30 unless told. A live
   * worker gives several in that time.
   */
  readonly lease?: number
  /** Told in one line what happens. */
  readonly tell?: (line: string) => void
}

/** How often the flags of stopped sweeps are looked at. */
const FLAG_MILLISECONDS = 500
/** A job that was refused is nobody's for so long. */
const REFUSED_MILLISECONDS = 1000

type QueuedJob = Job<Queued, null>
type Packages = Awaited<ReturnType<typeof packages>>

/** Takes jobs from a queue until it is stopped. */
export class QueueWorker {
  readonly #options: QueueWorkerOptions
  readonly #version: string
  readonly #packages: Packages
  readonly #redis: Redis
  readonly #worker: Worker<Queued, null>
  readonly #presence: Presence
  readonly #folder: string
  readonly #rest: Rest
  readonly #benches: Benches
  /** One job may be here twice, where Redis forgot that it was taken. */
  readonly #atWork = new Set<{ readonly sweep: string; readonly config: Config }>()
  readonly #flags: NodeJS.Timeout
  #stopping: Promise<void> | undefined

  /** Throws `UsageError` on a bad address, `FeedalignError` where Redis cannot be reached. */
  static async open(options: QueueWorkerOptions): Promise<QueueWorker> {
    whole('workers', options.slots, 1, 1024)
    whole('lease', options.lease ?? 30, 1, 86_400)
    const redis = await connect(parseAddress(options.url), options.tell ?? (() => undefined))
    const folder = await mkdtemp(join(tmpdir(), 'feedalign-worker-'))
    return new QueueWorker(options, await packages(), redis, folder)
  }

  private constructor(options: QueueWorkerOptions, held: Packages, redis: Redis, folder: string) {
    const { slots, version = ownVersion(), lease = 30 } = options
    this.#options = options
    this.#version = version
    this.#packages = held
    this.#redis = redis
    this.#folder = folder
    this.#benches = new Benches((loaded) => poolExecutor({ loaded, workers: slots }))
    this.#worker = new held.Worker<Queued, null>(
      queueName,
      (job, token = '') => this.#process(job, token),
      {
        connection: redis,
        prefix,
        concurrency: slots,
        lockDuration: lease * 1000,
        stalledInterval: lease * 500,
        // Lost workers are no fault of a job's.
        maxStalledCount: Number.MAX_SAFE_INTEGER,
        // Short, as a wait that Redis drops is noticed at its end.
        drainDelay: 1,
        runRetryDelay: 1000,
      },
    )
    this.#worker.on('error', (error) => {
      if (!isOfConnection(error) && !isOfLostJob(error)) this.#tell(`the queue: ${reason(error)}`)
    })
    this.#rest = new Rest(this.#worker)
    this.#presence = new Presence(redis, { slots, version })
    this.#flags = setInterval(() => {
      void this.#obeyFlags()
    }, FLAG_MILLISECONDS)
  }

  /** Interrupts what is at work, in order, and hands it back for others at once. */
  stop(): Promise<void> {
    this.#stopping ??= this.#close()
    return this.#stopping
  }

  async #close(): Promise<void> {
    clearInterval(this.#flags)
    // It takes no more from now on, and is closed when what is at work has ended.
    const closed = this.#worker.close()
    this.#rest.end()
    await this.#benches.close()
    // What waits for a Redis that is away is not waited for: the leases run out.
    await Promise.race([closed.then(() => this.#presence.end()), pause(5000)])
    this.#redis.disconnect()
    await remove(this.#folder)
  }

  /** Does a job; what it came to is in Redis before BullMQ has it ended. */
  async #process(job: QueuedJob, token: string): Promise<null> {
    const { id = '', data } = job
    if ((await this.#redis.exists(keys.result(id))) === 1) return null
    const config: Config = { ...data.job.config, dataDir: this.#options.dataDir }
    const atWork = { sweep: data.sweep, config }
    this.#atWork.add(atWork)
    try {
      const ended = await this.#endOf(job, config)
      if (typeof ended === 'string') return await this.#refuse(job, token, ended)
      return await this.#handIn(job, token, ended)
    } finally {
      this.#atWork.delete(atWork)
    }
  }

  /** How it ended, or why it cannot be done here, which is no fault of the trial's. */
  async #endOf(job: QueuedJob, config: Config): Promise<Ended | string> {
    const { version, dataSha256 } = job.data
    // Taken while the benches were closed: one that is opened now would train on for nobody.
    if (this.#stopping !== undefined) return { state: 'interrupted' }
    const mine = this.#version
    if (version !== mine) return `version ${mine} here, the sweep is of ${version}`
    try {
      engine(config.engine)
      return await this.#benches.use(config, async (bench) => {
        const { data } = config
        if (bench.dataSha256 !== dataSha256) return `${data} here is other data than the sweep's`
        const ended = await this.#train(job, config, bench)
        return ended.state === 'failed' && isDiskFull(ended.error) ? ended.error : ended
      })
    } catch (error) {
      return reason(error)
    }
  }

  async #train(job: QueuedJob, config: Config, { executor }: Bench): Promise<Ended> {
    const { id = '', data } = job
    this.#rest.fit()
    const folder = join(this.#folder, randomUUID())
    try {
      await receive(this.#redis, id, folder)
      const trial: TrialJob = { ...data.job, config, folder }
      const tell = throttle((told) => {
        say(job, told)
      })
      const ended = await executor.run(trial, tell)
      if (ended.state !== 'failed') await send(this.#redis, id, folder)
      return ended
    } finally {
      await remove(folder)
    }
  }

  /** Gives back what was interrupted for this worker's own reasons, and keeps any other end. */
  async #handIn(job: QueuedJob, token: string, ended: Ended): Promise<null> {
    const { id = '', data } = job
    const { trial, to } = data.job
    if (ended.state === 'interrupted' && !(await this.#isStopped(data.sweep))) {
      await job.moveToWait(token)
      this.#tell(`trial ${trial} to epoch ${to}: handed back`)
      throw new this.#packages.WaitingError()
    }
    await this.#redis.set(keys.result(id), JSON.stringify(ended), 'EX', KEPT_SECONDS)
    const how = ended.state === 'failed' ? `failed: ${ended.error}` : ended.state
    this.#tell(`trial ${trial} to epoch ${to}: ${how}`)
    return null
  }

  /** Leaves a job to others, and rests a while so that they have it. */
  async #refuse(job: QueuedJob, token: string, why: string): Promise<never> {
    const line = `worker ${hostname()} (${process.pid}) does not fit: ${why}`
    await job.updateProgress({ refused: line } satisfies Told)
    this.#tell(`trial ${job.data.job.trial} left to others: ${why}`)
    await job.moveToDelayed(Date.now() + REFUSED_MILLISECONDS, token)
    await this.#rest.begin()
    throw new this.#packages.DelayedError()
  }

  async #isStopped(sweep: string): Promise<boolean> {
    return (await this.#redis.exists(keys.stop(sweep))) === 1
  }

  /** Interrupts the jobs of sweeps that were stopped; others on the same data are handed back. */
  async #obeyFlags(): Promise<void> {
    if (this.#redis.status !== 'ready') return
    try {
      for (const { sweep, config } of [...this.#atWork]) {
        if (await this.#isStopped(sweep)) await this.#benches.stop(config)
      }
    } catch (error) {
      this.#tell(`the queue: ${reason(error)}`)
    }
  }

  #tell(line: string): void {
    this.#options.tell?.(line)
  }
}

/** Whose lease ran out, or which Redis has lost: its result is kept apart, and counts all the same. */
function isOfLostJob(error: Error): boolean {
  return /Missing (lock|key) for job|could not renew lock/.test(error.message)
}

/** By the system's word for it, which our errors keep. */
function isDiskFull(error: string): boolean {
  return /\((ENOSPC|EDQUOT)\)/.test(error)
}

/** A job that Redis has lost cannot be told of. */
function say(job: QueuedJob, told: Told): void {
  job.updateProgress(told).catch(() => undefined)
}

const pause = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds))
