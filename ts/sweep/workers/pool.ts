import { createRequire } from 'node:module'
import { MessageChannel, receiveMessageOnPort, type ResourceLimits } from 'node:worker_threads'
import { inSharedMemory } from '../../data/shared.js'
import type { Examples } from '../../data/examples.js'
import type { Loaded } from '../../data/sets/index.js'
import { engine, type SharedData } from '../../engine/index.js'
import { FeedalignError, reason } from '../../errors.js'
import { whole } from '../../training/checks.js'
import type { EpochEvent, TrainingEvent } from '../../training/events.js'
import { hold, type Held } from '../../training/held.js'
import type { Ended, Executor, TrialJob } from './executor.js'
import { Count, type Work, type WorkerData } from './messages.js'
import { curvePoint } from './record.js'

export interface PoolOptions {
  /**
   * What all jobs train on. Held once for all threads: what is not in shared memory is copied there,
   * so let go of it. The wasm engine has a copy of its own in each thread.
   */
  readonly loaded: Loaded
  /** Worker threads, and jobs at once; at least 1. */
  readonly workers: number
  /** Threads of the engine for each job whose configuration does not tell; 1 unless told. */
  readonly threads?: number
  /** Of each thread's JavaScript, by which a job fails alone; Node's own unless told. */
  readonly resourceLimits?: ResourceLimits
  /** The module that the threads run, another one than the package's own. */
  readonly script?: URL
}

type PiscinaModule = typeof import('piscina')

/** Worker threads run what is built, also for who runs the sources. */
const script = new URL('../../../dist/sweep/workers/thread.cjs', import.meta.url)

/**
 * Does each job in a worker thread of this process. A job whose thread dies has failed, and another
 * thread takes the place of that. Dispose of it when done: it interrupts what is at work.
 */
export function poolExecutor(options: PoolOptions): Executor {
  return new PoolExecutor(options)
}

class PoolExecutor implements Executor {
  readonly capacity: number
  readonly #loaded: Loaded
  readonly #pool: InstanceType<PiscinaModule['Piscina']>
  readonly #stop = new Int32Array(new SharedArrayBuffer(4))
  /** The engine's, shared with the threads, by the examples. */
  readonly #held = new Map<Examples, Held>()
  readonly #atWork = new Set<Promise<unknown>>()
  /** Why no more threads can begin. */
  #broken: string | undefined
  readonly #onBreak = new Set<() => void>()

  constructor({ loaded, workers, threads = 1, resourceLimits, ...options }: PoolOptions) {
    this.capacity = whole('workers', workers, 1, 1024)
    const { name, sample, train, test } = loaded
    this.#loaded = { name, sample, train: inSharedMemory(train), test: inSharedMemory(test) }
    // Before the first worker: the addon is to be loaded by the main thread.
    engine()
    const workerData: WorkerData = { loaded: this.#loaded, threads, stop: this.#stop }
    // Loaded by who has a pool, not by everybody who imports the package.
    const { Piscina } = createRequire(import.meta.url)('piscina') as PiscinaModule
    this.#pool = new Piscina({
      filename: (options.script ?? script).href,
      minThreads: workers,
      maxThreads: workers,
      workerData,
      recordTiming: false,
      ...(resourceLimits && { resourceLimits }),
    })
    // Of threads that had no job yet: the others tell it by their job.
    this.#pool.on('error', (error: unknown) => {
      this.#broken ??= reason(error)
      for (const tell of this.#onBreak) tell()
    })
  }

  async run(job: TrialJob, tell: (event: TrainingEvent) => void): Promise<Ended> {
    if (Atomics.load(this.#stop, 0) === 1) return { state: 'interrupted' }
    const running = this.#do(job, tell)
    this.#atWork.add(running)
    try {
      return await running
    } finally {
      this.#atWork.delete(running)
    }
  }

  stop(): void {
    Atomics.store(this.#stop, 0, 1)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.stop()
    await Promise.allSettled(this.#atWork)
    await this.#pool.destroy()
    for (const held of this.#held.values()) held[Symbol.dispose]()
    this.#held.clear()
  }

  async #do(job: TrialJob, tell: (event: TrainingEvent) => void): Promise<Ended> {
    if (this.#broken !== undefined) throw noTrials(this.#broken)
    const started = performance.now()
    const { port1, port2 } = new MessageChannel()
    const counts = new Int32Array(new SharedArrayBuffer(4 * Count.size))
    const epochs: EpochEvent[] = []
    const hear = (event: TrainingEvent): void => {
      Atomics.sub(counts, Count.unread, 1)
      if (event.event === 'epoch') epochs.push(event)
      tell(event)
    }
    port1.on('message', hear)
    const work: Work = { job, port: port2, counts, shared: this.#shared(job) }
    try {
      const ended = await this.#ended(work)
      // Its events came by another way, and may be waiting still.
      for (let left; (left = receiveMessageOnPort(port1));) hear(left.message as TrainingEvent)
      return ended
    } catch (error) {
      const why = reason(error)
      if (!hasBegun(work)) throw noTrials(why)
      return {
        state: 'failed',
        error: `its worker thread died: ${why}`,
        epochs: epochs.at(-1)?.epoch ?? job.from,
        curve: epochs.map(curvePoint),
        seconds: (performance.now() - started) / 1000,
      }
    } finally {
      port1.close()
    }
  }

  /** Rejects where its thread dies, or none is there to begin it; where one has, that tells. */
  #ended(work: Work): Promise<Ended> {
    return new Promise((resolve, reject) => {
      const onBreak = (): void => {
        if (!hasBegun(work)) reject(new Error(this.#broken))
      }
      this.#onBreak.add(onBreak)
      const done = this.#pool.run(work, { transferList: [work.port] }) as Promise<Ended>
      done.then(resolve, reject).finally(() => this.#onBreak.delete(onBreak))
    })
  }

  /** The examples as the native engine has them, where the job is for that. */
  #shared({ config, metric }: TrialJob): Work['shared'] {
    if ((config.engine ?? engine().name) !== 'native') return {}
    const { train, test } = this.#loaded
    const share = (examples: Examples): SharedData => {
      const held = this.#held.get(examples) ?? hold(engine('native'), examples)
      this.#held.set(examples, held)
      return held.data.share()
    }
    return { train: share(train), ...(metric === 'testError' && { test: share(test) }) }
  }
}

const hasBegun = ({ counts }: Work): boolean => Atomics.load(counts, Count.begun) === 1

const noTrials = (why: string): FeedalignError =>
  new FeedalignError(`worker threads can do no trials: ${why}`)
