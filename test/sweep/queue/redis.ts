import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { createServer, type AddressInfo } from 'node:net'
import { Redis } from 'ioredis'
import { onTestFinished } from 'vitest'
import { kill } from '../../children.js'
import { temporaryFolder } from '../../folders.js'

/** Whether the tests can have a Redis of their own. */
export const hasRedis = spawnSync('redis-server', ['--version']).status === 0
if (!hasRedis) console.warn('no redis-server on the PATH: the tests of queues are skipped')

/** A Redis on a free port of this machine, in a folder of its own; gone after the test. */
export class Server {
  readonly #port: number
  readonly #folder = temporaryFolder()
  readonly #options: readonly string[]
  #process: ChildProcess | undefined

  static async start(...options: string[]): Promise<Server> {
    const server = new Server(await freePort(), options)
    await server.start()
    onTestFinished(() => {
      server.#process?.kill('SIGKILL')
    })
    return server
  }

  private constructor(port: number, options: readonly string[]) {
    this.#port = port
    this.#options = options
  }

  get url(): string {
    return `redis://127.0.0.1:${this.#port}`
  }

  async start(): Promise<void> {
    const usual = ['--bind', '127.0.0.1', '--save', '', '--dir', this.#folder]
    const args = ['--port', String(this.#port), ...usual, ...this.#options]
    this.#process = spawn('redis-server', args, { stdio: 'ignore' })
    const probe = new Redis(this.url, { maxRetriesPerRequest: null, retryStrategy: () => 50 })
    probe.on('error', () => undefined)
    // One that wants a password answers too.
    await probe.ping().catch(() => undefined)
    probe.disconnect()
  }

  /** As a power cut would. */
  async kill(): Promise<void> {
    if (this.#process !== undefined) await kill(this.#process)
  }

  /** What it holds of ours, without what is BullMQ's bookkeeping. */
  async held(): Promise<string[]> {
    const redis = new Redis(this.url)
    const all = await redis.keys('feedalign:*')
    redis.disconnect()
    return all.filter((key) => /:(result|folder|trials:[0-9a-z]+\/)/.test(key))
  }
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}
