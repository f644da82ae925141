import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import type { Contents } from './manifestSchema.js'

/** Adds up bytes as they come, to be compared with what is known of them. */
export class Tally {
  readonly #hashes: ReadonlyMap<Algorithm, Hash>
  #bytes = 0

  /** Takes the checksums that any of these knows. */
  constructor(known: readonly Contents[]) {
    const wanted = algorithms.filter((name) => known.some((one) => one[name] !== undefined))
    this.#hashes = new Map(wanted.map((name) => [name, createHash(name)]))
  }

  get bytes(): number {
    return this.#bytes
  }

  add(part: Uint8Array): this {
    this.#bytes += part.length
    for (const hash of this.#hashes.values()) hash.update(part)
    return this
  }

  /** Size and checksums of what came so far. */
  contents(): Contents {
    const sums = [...this.#hashes].map(([name, hash]) => [name, hash.copy().digest('hex')])
    return { bytes: this.#bytes, ...(Object.fromEntries(sums) as Contents) }
  }
}

type Hash = ReturnType<typeof createHash>
type Algorithm = (typeof algorithms)[number]

const algorithms = ['md5', 'sha256'] as const

/** A file read piece by piece, so that its size does not matter. */
export async function tallyFile(file: string, known: readonly Contents[]): Promise<Tally> {
  const tally = new Tally(known)
  const stream = createReadStream(file, { highWaterMark: 2 ** 20 })
  for await (const part of stream as AsyncIterable<Buffer>) tally.add(part)
  return tally
}

/** Whether all that is known is so. */
export function agrees(found: Contents, known: Contents): boolean {
  const keys = Object.keys(known) as (keyof Contents)[]
  return keys.every((key) => known[key] === found[key])
}

/** As `9 bytes of MD5 …`. */
export function contentsText({ bytes, md5, sha256 }: Contents): string {
  const sums = [
    md5 === undefined ? [] : [`MD5 ${md5}`],
    sha256 === undefined ? [] : [`SHA-256 ${sha256}`],
  ].flat()
  const size = bytes === undefined ? [] : [`${bytes} bytes`]
  return [...size, ...(sums.length > 0 ? [sums.join(', ')] : [])].join(' of ')
}
