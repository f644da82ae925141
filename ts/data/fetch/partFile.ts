import { constants } from 'node:fs'
import { open, readFile, rename, rm, writeFile, type FileHandle } from 'node:fs/promises'
import { dirname } from 'node:path'
import * as v from 'valibot'
import { FeedalignError, reason } from '../../errors.js'
import { Tally } from '../checksum.js'
import type { Contents } from '../manifest.js'

const sourceSchema = v.object({
  origin: v.string(),
  /** As the server told them: what says whether it still has the same file. */
  etag: v.exactOptional(v.string()),
  lastModified: v.exactOptional(v.string()),
})

/** Where the bytes of a part came from; beside it as `NAME.part.json`. */
export type Source = v.InferOutput<typeof sourceSchema>

/**
 * A file under way, `NAME.part` beside where it belongs. It gets its name when it is whole, so no
 * half file ever stands under it; what is there of it outlives a process that is killed.
 */
export class PartFile {
  readonly #final: string
  readonly #known: Contents
  readonly #handle: FileHandle
  #tally: Tally
  #source: Source | undefined
  #pieces: number

  private constructor(final: string, known: Contents, handle: FileHandle, tally: Tally) {
    this.#final = final
    this.#known = known
    this.#handle = handle
    this.#tally = tally
    this.#pieces = tally.bytes > 0 ? 1 : 0
  }

  /** Goes on with the part that there is, or begins one; errors name the file. */
  static async open(final: string, known: Contents): Promise<PartFile> {
    return await local(`${final}.part`, async () => {
      const handle = await open(`${final}.part`, constants.O_RDWR | constants.O_CREAT)
      const tally = new Tally([known])
      const stream = handle.createReadStream({ start: 0, autoClose: false })
      for await (const bytes of stream as AsyncIterable<Buffer>) tally.add(bytes)
      const part = new PartFile(final, known, handle, tally)
      part.#source = await readSource(`${final}.part.json`)
      return part
    })
  }

  get bytes(): number {
    return this.#tally.bytes
  }

  /** Whether its bytes came in one answer, and not in several that may be of different files. */
  get whole(): boolean {
    return this.#pieces === 1
  }

  get source(): Source | undefined {
    return this.#source
  }

  get contents(): Contents {
    return this.#tally.contents()
  }

  /** Tells that what is appended from now on comes from here. */
  async comesFrom(source: Source): Promise<void> {
    this.#pieces++
    this.#source = source
    await local(this.#path, () => writeFile(`${this.#path}.json`, JSON.stringify(source)))
  }

  async append(bytes: Uint8Array): Promise<void> {
    await local(this.#path, async () => {
      for (let left = bytes; left.length > 0;) {
        const { bytesWritten } = await this.#handle.write(left, 0, undefined, this.bytes)
        // What a full disk took of it counts, too.
        this.#tally.add(left.subarray(0, bytesWritten))
        left = left.subarray(bytesWritten)
      }
    })
  }

  /** Forgets what there is. */
  async restart(): Promise<void> {
    await local(this.#path, () => this.#handle.truncate())
    this.#tally = new Tally([this.#known])
    this.#source = undefined
    this.#pieces = 0
  }

  /** Gives it its name, when all of it is on the disk. */
  async finish(): Promise<void> {
    await local(this.#path, async () => {
      await this.#handle.sync()
      await this.#handle.close()
      await rm(`${this.#path}.json`, { force: true })
      await rename(this.#path, this.#final)
      await syncFolder(dirname(this.#final))
    })
  }

  /** Leaves it to be gone on with, if there is anything. */
  async close(): Promise<void> {
    if (this.bytes === 0) await this.discard()
    else await this.#handle.close()
  }

  /** Leaves nothing. */
  async discard(): Promise<void> {
    await this.#handle.close()
    await rm(`${this.#path}.json`, { force: true })
    await rm(this.#path, { force: true })
  }

  get #path(): string {
    return `${this.#final}.part`
  }
}

/** None where it is missing or makes no sense, as one that was being written when all ended. */
async function readSource(file: string): Promise<Source | undefined> {
  const text = await readFile(file, 'utf8').catch(() => 'null')
  const parsed = v.safeParse(v.pipe(v.string(), v.parseJson(), sourceSchema), text)
  return parsed.success ? parsed.output : undefined
}

/** Makes a rename last; some systems have no such thing for folders. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder).catch(() => undefined)
  await handle?.sync().catch(() => undefined)
  await handle?.close()
}

/** What fails on this machine is no origin's fault. */
async function local<T>(file: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw new FeedalignError(`${file}: ${reason(error)}`)
  }
}
