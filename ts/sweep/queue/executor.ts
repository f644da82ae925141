import type { Queue, QueueEvents } from 'bullmq'
import type { Redis } from 'ioredis'
import type { Config } from '../../config/index.js'
import type { Loaded } from '../../data/sets/index.js'
import { reason } from '../../errors.js'
import { engine } from '../../engine/index.js'
import { whole } from '../../training/checks.js'
import { version as ownVersion } from '../../version.js'
import type { TrainingEvent } from '../../training/events.js'
import { dataSha256 } from '../data.js'
import type { Ended, Executor, TrialJob } from '../workers/executor.js'
import { receive, send } from './folders.js'
import { jobId, keys, prefix, queueName, sweepId, type Queued, type Told } from './messages.js'
import { connect, packages, parseAddress, type Address } from './redis.js'
import { present, type Present } from './registry.js'
import { Single } from './single.js'

export interface QueueOptions {
  /** `redis://…` or `rediss://…`. */
  readonly url: string
  /**
   * What tells this sweep's jobs from others' in the same Redis, and is the same when it is gone on
   * with: results that came meanwhile are found by it, on the same data and by the same version.
   */
  readonly sweep: string
  /** What all jobs train on; workers load it from where they have it. */
  readonly loaded: Loaded
  /** Workers of another one than this program are given nothing; its own unless told. */
  readonly version?: string
  /** Jobs at once; as many as workers have slots unless told. */
  readonly workers?: number
  /** Told in one line what is to be known: a lost worker, other data, Redis away. */
  readonly warn?: (line: string) => void
}

/** The options without the data, which others may hold. */
interface Held extends Pick<QueueOptions, 'workers' | 'warn'> {
  readonly sweep: string
  readonly version: string
  readonly dataSha256: string
}

/** How often what is outstanding is looked for, should an event have been missed. */
const LOOK_MILLISECONDS = 1000
/** How long a stopped job is waited for: a worker that is gone has lost its lease by then. */
const STOP_MILLISECONDS = 60_000
const STOP_KEPT_SECONDS = 3600

interface Outstanding {
  readonly job: TrialJob
  /** Whether this process has put it into the queue. */
  queued: boolean
  readonly tell: (event: TrainingEvent) => void
  readonly end: (ended: Ended) => void
  readonly fail: (error: unknown) => void
}

/**
 * Has jobs done by `feedalign worker` processes, on this machine or others. BullMQ hands each job to
 * one worker at a time, and to another one where the first is lost. What a job came to lies in Redis
 * until `journaled`, so that neither side needs the other to be there: a coordinator that is killed
 * finds on its return what came meanwhile, and puts into the queue again whatever Redis has lost.
 */
export class QueueExecutor implements Executor {
  readonly #options: Held
  readonly #address: Address
  readonly #redis: Redis
  readonly #queue: Queue<Queued>
  readonly #events: QueueEvents
  readonly #outstanding = new Map<string, Outstanding>()
  /** A job may be told of, and looked for, at once: its files are written by one of them. */
  readonly #collecting = new Single<boolean>()
  readonly #asking = new Single<void>()
  /** What Redis need not hold any longer, and still does. */
  readonly #dropping = new Set<Promise<void>>()
  readonly #warned = new Set<string>()
  #workers: readonly Present[] = []
  #timer: NodeJS.Timeout | undefined
  #unstopped: Promise<unknown> | undefined
  #stoppedAt: number | undefined
  #disposed = false

  /** Throws `UsageError` on a bad address, `FeedalignError` where Redis cannot be reached. */
  static async open(options: QueueOptions): Promise<QueueExecutor> {
    if (options.workers !== undefined) whole('workers', options.workers, 1, 100_000)
    const address = parseAddress(options.url)
    const redis = await connect(address, options.warn ?? (() => undefined))
    const { Queue, QueueEvents } = await packages()
    const queue = new Queue<Queued>(queueName, { connection: redis, prefix })
    // Short, as one that Redis drops is noticed at its end.
    const events = new QueueEvents(queueName, { connection: redis, prefix, blockingTimeout: 2000 })
    const executor = new QueueExecutor(heldOf(options), { address, redis, queue, events })
    await executor.#look()
    return executor
  }

  private constructor(
    options: Held,
    to: { address: Address; redis: Redis; queue: Queue<Queued>; events: QueueEvents },
  ) {
    this.#options = options
    this.#address = to.address
    this.#redis = to.redis
    this.#queue = to.queue
    this.#events = to.events
    // The connection is tried again by itself, and its loss has been told.
    to.queue.on('error', () => undefined)
    to.events.on('error', () => undefined)
    to.events.on('completed', ({ jobId: id }) => {
      this.#collect(id).catch((error: unknown) => {
        this.#fail(id, error)
      })
    })
    to.events.on('progress', ({ jobId: id, data }) => {
      this.#hear(id, data as Told)
    })
    to.events.on('stalled', ({ jobId: id }) => {
      const lost = this.#outstanding.get(id)
      if (lost !== undefined)
        this.#warn(`the worker of trial ${lost.job.trial} was lost; another takes it`)
    })
  }

  /** At least 1: a job may lie in the queue before the first worker comes. */
  get capacity(): number {
    const slots = this.#workers
      .filter(({ version }) => version === this.#options.version)
      .reduce((sum, worker) => sum + worker.slots, 0)
    return this.#options.workers ?? Math.max(1, slots)
  }

  async run(job: TrialJob, tell: (event: TrainingEvent) => void): Promise<Ended> {
    if (this.#stoppedAt !== undefined) return { state: 'interrupted' }
    const id = jobId(this.#options.sweep, job)
    return await new Promise<Ended>((end, fail) => {
      this.#outstanding.set(id, { job, queued: false, tell, end, fail })
      void this.#ask(id)
    })
  }

  /** To be called when the result of a job is kept: Redis need not hold it any longer. */
  journaled(job: TrialJob): void {
    const dropping = this.#drop(jobId(this.#options.sweep, job)).catch((error: unknown) => {
      this.#warn(`the queue: ${reason(error)}`)
    })
    this.#dropping.add(dropping)
    void dropping.finally(() => this.#dropping.delete(dropping))
  }

  stop(): void {
    if (this.#stoppedAt !== undefined) return
    this.#stoppedAt = performance.now()
    // Who has asked for nothing, as a process that is refused the sweep, has nobody to interrupt.
    if (this.#outstanding.size > 0) {
      const flag = keys.stop(this.#options.sweep)
      this.#redis.set(flag, 1, 'EX', STOP_KEPT_SECONDS).catch(() => undefined)
    }
    void this.#look()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.stop()
    while (this.#outstanding.size > 0) await pause(LOOK_MILLISECONDS / 10)
    this.#disposed = true
    clearTimeout(this.#timer)
    // Whatever waits for a Redis that is away is not waited for.
    await Promise.race([this.#close(), pause(2000)])
    this.#redis.disconnect()
  }

  async #close(): Promise<void> {
    await Promise.all(this.#dropping)
    await Promise.allSettled([this.#events.close(), this.#queue.close()])
    if (this.#redis.status === 'ready') await this.#redis.quit()
  }

  async #drop(id: string): Promise<void> {
    await this.#redis.del(keys.result(id), keys.folder(id))
    // One that was given to a second worker, and is not at work there.
    await this.#queue.remove(id)
  }

  /** Takes a result that is there already, or puts the job into the queue. */
  async #ask(id: string): Promise<void> {
    await this.#asking.do(id, () => this.#asked(id))
  }

  async #asked(id: string): Promise<void> {
    try {
      // The flag of an earlier stop; only now is it certain that no other process has the sweep.
      this.#unstopped ??= this.#redis.del(keys.stop(this.#options.sweep))
      await this.#unstopped
      if (!(await this.#collect(id))) await this.#put(id)
    } catch (error) {
      this.#fail(id, error)
    }
  }

  #fail(id: string, error: unknown): void {
    const outstanding = this.#outstanding.get(id)
    this.#outstanding.delete(id)
    outstanding?.fail(error)
  }

  async #put(id: string): Promise<void> {
    const wanted = this.#outstanding.get(id)
    if (wanted === undefined || this.#stoppedAt !== undefined) return
    const { job } = wanted
    const { folder, config, ...rest } = job
    const { version, sweep, dataSha256 } = this.#options
    // A worker that was stopped may have left what is further on.
    if ((await this.#redis.exists(keys.folder(id))) === 0) await send(this.#redis, id, folder)
    // What was at work from before may have come to its end meanwhile.
    if (!this.#outstanding.has(id)) {
      await this.#redis.del(keys.folder(id))
      return
    }
    const queued: Queued = {
      version,
      sweep,
      dataSha256,
      job: { ...rest, config: elsewhere(config) },
    }
    // What a job came to is kept apart: BullMQ has nothing to keep.
    wanted.queued = true
    const kept = { removeOnComplete: true, removeOnFail: true }
    await this.#queue.add('trial', queued, { jobId: id, ...kept })
  }

  /** Ends a job whose result is there; false where there is none. */
  async #collect(id: string): Promise<boolean> {
    return await this.#collecting.do(id, () => this.#collected(id))
  }

  async #collected(id: string): Promise<boolean> {
    const wanted = this.#outstanding.get(id)
    if (wanted === undefined) return false
    const text = await this.#redis.get(keys.result(id))
    if (text === null) return false
    const ended = JSON.parse(text) as Ended
    // Left from a stop before, or of a trial that is to be trained again; to be done now.
    const old =
      ended.state === 'interrupted'
        ? this.#stoppedAt === undefined
        : ended.state === 'failed' && !wanted.queued
    if (old || ended.state === 'interrupted') await this.#redis.del(keys.result(id))
    if (old) return false
    await receive(this.#redis, id, wanted.job.folder)
    if (ended.state === 'interrupted') await this.#redis.del(keys.folder(id))
    // It may have been given up meanwhile.
    const outstanding = this.#outstanding.get(id)
    this.#outstanding.delete(id)
    outstanding?.end(ended)
    return true
  }

  #hear(id: string, told: Told): void {
    const outstanding = this.#outstanding.get(id)
    if (outstanding === undefined) return
    if (told.refused !== undefined) this.#warn(told.refused)
    if (told.epoch !== undefined) outstanding.tell(told.epoch)
    if (told.progress !== undefined) outstanding.tell(told.progress)
  }

  /** Each line once: a worker that does not fit refuses job after job. */
  #warn(line: string): void {
    if (this.#warned.has(line)) return
    this.#warned.add(line)
    this.#options.warn?.(line)
  }

  /** Looks who is there and what has become of what is outstanding, and again after a while. */
  async #look(): Promise<void> {
    clearTimeout(this.#timer)
    if (this.#disposed) return
    this.#timer = setTimeout(() => {
      void this.#look()
    }, LOOK_MILLISECONDS)
    const late = performance.now() - (this.#stoppedAt ?? Infinity) > STOP_MILLISECONDS
    if (late) for (const id of [...this.#outstanding.keys()]) this.#interrupt(id)
    if (this.#redis.status !== 'ready') return
    try {
      this.#workers = await present(this.#redis)
      this.#sayWhoIsMissing()
      await Promise.all([...this.#outstanding.keys()].map((id) => this.#lookFor(id)))
    } catch (error) {
      this.#warn(`the queue: ${reason(error)}`)
    }
  }

  /** Whether it is in the queue is asked first: a job leaves it after its result has come. */
  async #lookFor(id: string): Promise<void> {
    const queued = await this.#redis.exists(this.#queue.toKey(id))
    if (await this.#collect(id)) return
    // A job at work cannot be removed: its worker ends it.
    if (this.#stoppedAt !== undefined) {
      if ((await this.#queue.remove(id)) === 1) this.#interrupt(id)
    } else if (queued === 0) await this.#ask(id)
  }

  #interrupt(id: string): void {
    const outstanding = this.#outstanding.get(id)
    this.#outstanding.delete(id)
    outstanding?.end({ state: 'interrupted' })
  }

  #sayWhoIsMissing(): void {
    const { version } = this.#options
    for (const other of this.#workers.filter((worker) => worker.version !== version)) {
      const { host, pid } = other
      this.#warn(
        `worker ${host} (${pid}) is of version ${other.version}, not ${version}: it is given nothing`,
      )
    }
    if (this.#workers.length > 0) return
    const { shown } = this.#address
    this.#warn(`no worker at ${shown} yet; start some by: feedalign worker --queue ${shown}`)
  }
}

function heldOf({ sweep, loaded, version = ownVersion(), workers, warn }: QueueOptions): Held {
  const hash = dataSha256(loaded)
  return {
    sweep: sweepId(sweep, version, hash),
    version,
    dataSha256: hash,
    ...(workers !== undefined && { workers }),
    ...(warn !== undefined && { warn }),
  }
}

/** A configuration without what is of this machine; engines round differently, so it has one. */
function elsewhere(config: Config): Config {
  const { name } = engine(config.engine)
  return { ...config, engine: name, dataDir: undefined, out: undefined }
}

const pause = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds))
