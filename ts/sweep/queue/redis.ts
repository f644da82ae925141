import type { Redis } from 'ioredis'
import { FeedalignError, reason, UsageError } from '../../errors.js'

/** Where a Redis is. */
export interface Address {
  /** Whole, with the password if there is one: never to be printed. */
  readonly url: string
  /** What may be printed. */
  readonly shown: string
}

/** Throws `UsageError`, which does not repeat what was given: there may be a password in it. */
export function parseAddress(url: string): Address {
  const found = URL.canParse(url) ? new URL(url) : undefined
  const isRedis = found?.protocol === 'redis:' || found?.protocol === 'rediss:'
  if (
    found === undefined ||
    !isRedis ||
    found.hostname === '' ||
    !/^\/?\d*$/.test(found.pathname)
  ) {
    throw new UsageError(
      'the queue is not the address of a Redis, as redis://host:6379/0 is, or, with a password ' +
        'and TLS, rediss://user:password@host:6379',
    )
  }
  const secret = found.password === '' ? '' : `${found.username}:…@`
  return { url, shown: `${found.protocol}//${secret}${found.host}${found.pathname}` }
}

type Packages = typeof import('bullmq') & Pick<typeof import('ioredis'), 'Redis'>

/** The packages of queues, which nothing else needs: whoever uses one installs them. */
export async function packages(): Promise<Packages> {
  try {
    const [bullmq, { Redis }] = await Promise.all([import('bullmq'), import('ioredis')])
    return { ...bullmq, Redis }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') throw error
    throw new FeedalignError(
      'a queue needs the packages bullmq and ioredis; add them by: npm install bullmq@6 ioredis@5',
    )
  }
}

/** The first wait before a lost connection is tried again, and the longest; milliseconds. */
const SOONEST = 100
const LATEST = 5000

/**
 * A connection, which from now on comes back by itself however long Redis is away; commands wait
 * meanwhile. `tell` hears when it goes and when it is back. Throws `FeedalignError` where Redis
 * cannot be reached now.
 */
export async function connect(address: Address, tell: (line: string) => void): Promise<Redis> {
  const { Redis } = await packages()
  let reached = false
  const redis = new Redis(address.url, {
    lazyConnect: true,
    // What BullMQ asks for: a command is never given up.
    maxRetriesPerRequest: null,
    retryStrategy: (times) => (reached ? Math.min(SOONEST * 2 ** times, LATEST) : null),
  })
  try {
    await firstReady(redis)
  } catch (error) {
    redis.disconnect()
    throw new FeedalignError(`cannot reach Redis at ${address.shown}: ${cureOf(error)}`)
  }
  reached = true
  tellOfLosses(redis, address, tell)
  return redis
}

/** What ioredis rejects with is that the connection is closed; why is in the event before. */
async function firstReady(redis: Redis): Promise<void> {
  const failed = new Promise<never>((_, reject) => redis.once('error', reject))
  // The other of the two may reject later.
  failed.catch(() => undefined)
  const connecting = redis.connect()
  connecting.catch(() => undefined)
  await Promise.race([failed, connecting.catch(() => failed)])
}

function cureOf(error: unknown): string {
  const why = reason(error)
  return /NOAUTH|WRONGPASS|invalid password/i.test(why)
    ? `it wants another user or password (${why.split(' ')[0]})`
    : `${why}; start one (redis-server), or mend the address`
}

function tellOfLosses(redis: Redis, { shown }: Address, tell: (line: string) => void): void {
  let lost = false
  // Each try that fails is an error event; that they are tried again has been said.
  redis.on('error', () => undefined)
  redis.on('reconnecting', () => {
    if (!lost) tell(`lost Redis at ${shown}; trying again until it is back`)
    lost = true
  })
  redis.on('ready', () => {
    if (lost) tell(`Redis at ${shown} is back`)
    lost = false
  })
}

/** Whether an error is of a connection that is being tried again anyway. */
export function isOfConnection(error: Error): boolean {
  const { code = '' } = error as NodeJS.ErrnoException
  return /^E[A-Z]+$/.test(code) || /Connection is closed|ECONN|LOADING/.test(error.message)
}
