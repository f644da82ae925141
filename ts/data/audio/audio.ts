import { FeedalignError } from '../../errors.js'
import { isSphere, parseSphere } from './sphere.js'
import { isWav, parseWav } from './wav.js'

/** Sound as a file holds it. */
export interface Audio {
  /** Hz. */
  readonly rate: number
  readonly channels: number
  /** [moments × channels], from −1 to 1 at full scale. */
  readonly samples: Float32Array
}

/**
 * The sound in the bytes of a RIFF WAV or NIST SPHERE file; which of the two, its first bytes tell,
 * as both are often named `.wav`. Throws `FeedalignError` naming file, offset, found and expected.
 */
export function parseAudio(bytes: Uint8Array, file: string): Audio {
  if (isSphere(bytes)) return parseSphere(bytes, file)
  if (isWav(bytes)) return parseWav(bytes, file)
  const start = JSON.stringify(Buffer.from(bytes.subarray(0, 12)).toString('latin1'))
  throw new FeedalignError(
    `${file}: offset 0: ${start} starts neither a RIFF WAV nor a NIST SPHERE file`,
  )
}
