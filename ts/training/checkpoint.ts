import { mkdir, open, readFile, rename } from 'node:fs/promises'
import { join } from 'node:path'
import { FeedalignError } from '../errors.js'

/** Where a run stands, apart from the engine's own state. */
export interface Position {
  /** Whole epochs done. */
  readonly epoch: number
  /** Steps of the next epoch done. */
  readonly step: number
  /** Sums over those steps. */
  readonly loss: number
  readonly errors: number
  /** SHA-256 of the data trained on. */
  readonly data: string
  /** Lowest validation error so far; null before the first. */
  readonly best: number | null
}

export interface Checkpoint {
  readonly position: Position
  readonly snapshot: Uint8Array
}

const MAGIC = 'feedalign checkpoint 1\n'

/** `last` after every epoch and when stopped; `best` where validation was lowest. */
export const checkpointFile = (folder: string, which: 'last' | 'best'): string =>
  join(folder, `checkpoint-${which}.bin`)

/** Writes under another name and renames: a kill leaves the old file or the new one, whole. */
export async function writeCheckpoint(file: string, checkpoint: Checkpoint): Promise<void> {
  const header = Buffer.from(`${MAGIC}${JSON.stringify(checkpoint.position)}\n`)
  const temporary = `${file}.part`
  try {
    await mkdir(join(file, '..'), { recursive: true })
    const handle = await open(temporary, 'w')
    try {
      await handle.write(header)
      await handle.write(checkpoint.snapshot)
      await handle.sync()
    } finally {
      await handle.close()
    }
    await rename(temporary, file)
  } catch (error) {
    throw new FeedalignError(`cannot write ${file}: ${(error as Error).message}`)
  }
}

/** Throws `FeedalignError` where the file is missing or damaged; the engine checks the rest. */
export async function readCheckpoint(file: string): Promise<Checkpoint> {
  const bytes = await readFile(file).catch((error: unknown) => {
    throw new FeedalignError(`cannot read ${file}: ${(error as Error).message}`)
  })
  const start = MAGIC.length
  const end = bytes.indexOf('\n', start)
  if (bytes.subarray(0, start).toString() !== MAGIC || end < 0) {
    throw new FeedalignError(`${file} is no checkpoint of feedalign, or is damaged at offset 0`)
  }
  try {
    const position = JSON.parse(bytes.subarray(start, end).toString()) as Position
    return { position, snapshot: bytes.subarray(end + 1) }
  } catch {
    throw new FeedalignError(`${file} is damaged: its header at offset ${start} is not JSON`)
  }
}
