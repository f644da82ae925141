import { hostname } from 'node:os'
import type { Redis } from 'ioredis'
import { keys } from './messages.js'

/** A worker process, as it says itself. */
export interface Present {
  readonly host: string
  readonly pid: number
  /** Jobs at once. */
  readonly slots: number
  readonly version: string
}

/** How often a worker says that it is there, and after how long it is held for gone. */
const BEAT_MILLISECONDS = 2000
const GONE_SECONDS = 10

/** Says that a worker is there, until it is disposed of or the process is gone. */
export class Presence {
  readonly #redis: Redis
  readonly #id: string
  readonly #text: string
  readonly #timer: NodeJS.Timeout

  constructor(redis: Redis, about: Pick<Present, 'slots' | 'version'>) {
    const present: Present = { host: hostname(), pid: process.pid, ...about }
    this.#redis = redis
    this.#id = `${present.host}/${present.pid}`
    this.#text = JSON.stringify(present)
    this.#beat()
    this.#timer = setInterval(() => {
      this.#beat()
    }, BEAT_MILLISECONDS)
  }

  #beat(): void {
    // Where Redis is away, beats would pile up until it is back.
    if (this.#redis.status !== 'ready') return
    const key = keys.worker(this.#id)
    const beat = this.#redis.multi().sadd(keys.workers, this.#id)
    beat
      .set(key, this.#text, 'EX', GONE_SECONDS)
      .exec()
      .catch(() => undefined)
  }

  async end(): Promise<void> {
    clearInterval(this.#timer)
    const gone = this.#redis.multi().srem(keys.workers, this.#id).del(keys.worker(this.#id))
    await gone.exec()
  }
}

/** The workers that are there; strikes off those that are not any more. */
export async function present(redis: Redis): Promise<Present[]> {
  const ids = await redis.smembers(keys.workers)
  if (ids.length === 0) return []
  const texts = await redis.mget(ids.map(keys.worker))
  const gone = ids.filter((_, i) => texts[i] === null)
  if (gone.length > 0) await redis.srem(keys.workers, gone)
  return texts.flatMap((text) => (text == null ? [] : [JSON.parse(text) as Present]))
}
