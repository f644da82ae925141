import { createHash, randomUUID } from 'node:crypto'
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import envPaths from 'env-paths'

/** Features of some files, one after another. */
export interface Extracted {
  /** Frames of each file. */
  readonly frames: Uint32Array
  /** [all frames × width]. */
  readonly values: Float32Array
}

const HASH_BYTES = 32

/**
 * Where features are kept: FEEDALIGN_CACHE, else `feedalign` in the user's folder of caches
 * (`~/.cache` on Linux). All of it may be deleted at any time.
 */
export function cacheFolder(): string {
  const { FEEDALIGN_CACHE: told = '' } = process.env
  return told === '' ? envPaths('feedalign', { suffix: '' }).cache : told
}

/**
 * What `extract` gives, kept under `key`, a hash of all that it depends on, for the next time. What
 * is damaged is made anew; where nothing can be kept, it is done without.
 */
export async function cached(key: string, extract: () => Promise<Extracted>): Promise<Extracted> {
  const file = join(cacheFolder(), `features-${key}.bin`)
  const kept = await readFile(file).catch(() => undefined)
  const found = kept === undefined ? undefined : unpack(kept)
  if (found !== undefined) return found
  const made = await extract()
  await keep(file, pack(made)).catch(() => undefined)
  return made
}

/** Files, their frames, the values, and the SHA-256 of all that, in this machine's byte order. */
function pack({ frames, values }: Extracted): Uint8Array[] {
  const parts = [Uint32Array.of(frames.length), frames, values].map(bytesOf)
  return [...parts, digest(parts)]
}

function unpack(bytes: Uint8Array): Extracted | undefined {
  const end = bytes.byteLength - HASH_BYTES
  if (end < 4 || end % 4 !== 0) return undefined
  if (!digest([bytes.subarray(0, end)]).equals(bytes.subarray(end))) return undefined
  const { buffer, byteOffset } = bytes
  const [files = 0] = new Uint32Array(buffer, byteOffset, 1)
  const start = 4 + 4 * files
  const frames = new Uint32Array(buffer, byteOffset + 4, files)
  return { frames, values: new Float32Array(buffer, byteOffset + start, (end - start) / 4) }
}

/** Under another name first: two processes may write at once, and either may be killed. */
async function keep(file: string, parts: readonly Uint8Array[]): Promise<void> {
  const temporary = `${file}.${randomUUID()}.part`
  try {
    await mkdir(cacheFolder(), { recursive: true })
    await writeFile(temporary, parts)
    await rename(temporary, file)
  } finally {
    await rm(temporary, { force: true })
  }
}

function digest(parts: readonly Uint8Array[]): Buffer {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(part)
  return hash.digest()
}

const bytesOf = ({ buffer, byteOffset, byteLength }: Uint32Array | Float32Array): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength)
