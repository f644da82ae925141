import { createHash } from 'node:crypto'
import { FeedalignError } from '../../errors.js'
import { parseAudio } from '../audio/audio.js'
import { readWhole } from '../files.js'
import { cached, type Extracted } from './cache.js'
import { mfcc } from './mfcc.js'
import { featureWidth, type FeatureOptions } from './options.js'

/** Goes up whenever the same options give other numbers. */
const VERSION = 1

/**
 * Features of sound files of one channel at `rate` Hz, file after file, from the cache where the
 * same bytes went the same way before. Throws `FeedalignError` naming the file that is damaged or
 * sounds otherwise.
 */
export async function extractFeatures(
  files: readonly string[],
  rate: number,
  options: FeatureOptions,
): Promise<Extracted> {
  const extract = mfcc(rate, options)
  const hash = createHash('sha256').update(JSON.stringify([VERSION, rate, options]))
  for (const file of files) {
    hash.update(
      createHash('sha256')
        .update(await readWhole(file))
        .digest(),
    )
  }
  return await cached(hash.digest('hex'), async () => {
    const parts: Float32Array[] = []
    for (const file of files) parts.push(extract(await samplesOf(file, rate)))
    return joined(parts, featureWidth(options))
  })
}

async function samplesOf(file: string, wanted: number): Promise<Float32Array> {
  const { rate, channels, samples } = parseAudio(await readWhole(file), file)
  if (rate === wanted && channels === 1) return samples
  const found = `${channels} channels at ${rate} Hz`
  throw new FeedalignError(`${file}: ${found}, expected 1 at ${wanted}`)
}

function joined(parts: readonly Float32Array[], width: number): Extracted {
  const frames = Uint32Array.from(parts, ({ length }) => length / width)
  const values = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0))
  let offset = 0
  for (const part of parts) {
    values.set(part, offset)
    offset += part.length
  }
  return { frames, values }
}
