import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Redis } from 'ioredis'
import { FeedalignError, reason } from '../../errors.js'
import { KEPT_SECONDS, keys } from './messages.js'

/**
 * Bytes of a trial's folder that are sent, at most. A trial whose checkpoint is larger is trained
 * from its start by whoever does its next job: to the same bits, at the cost of the epochs before.
 */
export const LARGEST_FOLDER = 128 * 2 ** 20

/** What a trial goes on from; nothing else is taken from Redis to the disk. */
const FILES = ['checkpoint-last.bin', 'trial.json'] as const

/** Has Redis keep what a trial's folder holds, if that is anything and not too large. */
export async function send(redis: Redis, id: string, folder: string): Promise<void> {
  const held = await readdir(folder).catch(() => [] as string[])
  const names = FILES.filter((name) => held.includes(name))
  const sizes = await Promise.all(names.map(async (name) => (await stat(join(folder, name))).size))
  const size = sizes.reduce((sum, one) => sum + one, 0)
  if (names.length === 0 || size > LARGEST_FOLDER) return
  const key = keys.folder(id)
  const files = await Promise.all(
    names.map(async (name) => [name, await readFile(join(folder, name))] as const),
  )
  await redis.multi().del(key).hset(key, new Map(files)).expire(key, KEPT_SECONDS).exec()
}

/** Writes to a folder what Redis keeps of it; leaves it as it is where that is nothing. */
export async function receive(redis: Redis, id: string, folder: string): Promise<void> {
  const held = await redis.hgetallBuffer(keys.folder(id))
  try {
    for (const name of FILES) {
      const bytes = held[name]
      if (bytes === undefined) continue
      await mkdir(folder, { recursive: true })
      const file = join(folder, name)
      await writeFile(`${file}.part`, bytes, { flush: true })
      await rename(`${file}.part`, file)
    }
  } catch (error) {
    throw new FeedalignError(`cannot write ${folder}: ${reason(error)}`)
  }
}

export async function remove(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true })
}
