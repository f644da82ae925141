import { createHash } from 'node:crypto'

/** What a draw is for, as a seed, a configuration's number and a name. */
export type Key = readonly (string | number)[]

/**
 * Numbers from 0 to below 1, of 53 random bits: SHA-256 of the key and of a count. A key has always
 * the same ones, and those of two keys have nothing to do with each other.
 */
export function* uniforms(key: Key): Generator<number, never> {
  for (let block = 0; ; block++) {
    const bytes = createHash('sha256')
      .update(JSON.stringify([...key, block]))
      .digest()
    for (let at = 0; at < bytes.length; at += 8) {
      const [high, low] = [bytes.readUInt32BE(at) >>> 5, bytes.readUInt32BE(at + 4) >>> 6]
      yield (high * 2 ** 26 + low) / 2 ** 53
    }
  }
}

/** The first of a key's numbers. */
export function uniform(key: Key): number {
  return uniforms(key).next().value
}
