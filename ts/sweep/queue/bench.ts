import { loadData, type Config } from '../../config/index.js'
import type { Loaded } from '../../data/sets/index.js'
import type { Executor } from '../workers/executor.js'
import { dataSha256 } from '../data.js'

/** A data set at hand, and what trains on it. */
export interface Bench {
  readonly dataSha256: string
  readonly executor: Executor
}

/** What makes two configurations train on the same examples, on one machine. */
function dataKey({ data, dataDir, dataOptions }: Config): string {
  return JSON.stringify([data, dataDir, dataOptions])
}

interface Entry {
  readonly bench: Promise<Bench>
  users: number
}

/** The data sets that a worker has at hand: those in use, and the last one. */
export class Benches {
  readonly #open: (loaded: Loaded) => Executor
  readonly #entries = new Map<string, Entry>()

  constructor(open: (loaded: Loaded) => Executor) {
    this.#open = open
  }

  /** Throws what loading the data throws, and what `work` throws. */
  async use<T>(config: Config, work: (bench: Bench) => Promise<T>): Promise<T> {
    const entry = this.#entry(config)
    entry.users += 1
    try {
      return await work(await entry.bench)
    } finally {
      entry.users -= 1
    }
  }

  /** Has all jobs interrupted that train on what a configuration does; those to come are not. */
  async stop(config: Config): Promise<void> {
    await this.#close(dataKey(config))
  }

  /** Has all jobs interrupted. */
  async close(): Promise<void> {
    await Promise.all([...this.#entries.keys()].map((key) => this.#close(key)))
  }

  #entry(config: Config): Entry {
    const key = dataKey(config)
    const known = this.#entries.get(key)
    if (known !== undefined) return known
    for (const [other, { users }] of this.#entries) if (users === 0) void this.#close(other)
    const entry = { bench: this.#load(config), users: 0 }
    this.#entries.set(key, entry)
    // What cannot be loaded now may be there later.
    entry.bench.catch(() => this.#entries.delete(key))
    return entry
  }

  async #load(config: Config): Promise<Bench> {
    const loaded = await loadData(config)
    return { dataSha256: dataSha256(loaded), executor: this.#open(loaded) }
  }

  /** An executor that was stopped does no more: whoever comes next has another one. */
  async #close(key: string): Promise<void> {
    const entry = this.#entries.get(key)
    this.#entries.delete(key)
    const bench = await entry?.bench.catch(() => undefined)
    await bench?.executor[Symbol.asyncDispose]()
  }
}
