import { FeedalignError } from '../../errors.js'
import type { Source } from './source.js'

/** Bytes before the first element. */
export const HEADER = 128

export interface Header {
  /** What its writer says of the file: a platform and a date, usually. */
  readonly description: string
  /** Whether numbers are big-endian. */
  readonly big: boolean
}

const HDF5 = '\x89HDF\r\n\x1a\n'
const CURE = "load it in MATLAB or Octave and save it again with save(…, '-v7')"

/**
 * Throws `FeedalignError` where this is no MAT file of version 5, with the cure if there is one.
 */
export async function readHeader({ file, size, read }: Source): Promise<Header> {
  const bytes = Buffer.from(await read(0, Math.min(size, HEADER)))
  const fail = (message: string): never => {
    throw new FeedalignError(`${file}: ${message}`)
  }
  const text = bytes.toString('latin1')
  if (text.startsWith(HDF5) || text.startsWith('MATLAB 7.3 MAT-file')) {
    return fail(`is of version 7.3, which is HDF5 and not read here; ${CURE}`)
  }
  // Of version 4 the first word is a type below 5000; of version 5 it is text.
  if (size >= 20 && bytes.subarray(0, 4).includes(0)) {
    return fail(`offset 0: looks like version 4, which is not read here; ${CURE}`)
  }
  if (size < HEADER) return fail(`${size} bytes are too few for a MAT file's header of ${HEADER}`)
  const order = text.slice(126)
  if (order !== 'IM' && order !== 'MI') {
    return fail(`offset 126: ${JSON.stringify(order)} is no byte order (expected "IM" or "MI")`)
  }
  const big = order === 'MI'
  const version = big ? bytes.readUInt16BE(124) : bytes.readUInt16LE(124)
  if (version !== 0x0100) {
    const found = version.toString(16).padStart(4, '0')
    return fail(`offset 124: version 0x${found}, expected 0x0100; ${CURE}`)
  }
  return { description: text.slice(0, 116).replace(/[\s\0]+$/, ''), big }
}
