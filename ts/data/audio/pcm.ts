import { FeedalignError } from '../../errors.js'

/** How one sample is written. */
export interface Coding {
  readonly bytes: number
  /** The sample at an offset, ±1 at full scale. */
  readonly read: (view: DataView, at: number, littleEndian: boolean) => number
}

export const unsigned8: Coding = { bytes: 1, read: (view, at) => (view.getUint8(at) - 128) / 128 }
export const signed8: Coding = { bytes: 1, read: (view, at) => view.getInt8(at) / 128 }
export const signed16: Coding = {
  bytes: 2,
  read: (view, at, little) => view.getInt16(at, little) / 2 ** 15,
}
export const signed24: Coding = {
  bytes: 3,
  read: (view, at, little) => {
    const high = view.getInt8(little ? at + 2 : at)
    return (high * 2 ** 16 + view.getUint16(little ? at : at + 1, little)) / 2 ** 23
  },
}
export const signed32: Coding = {
  bytes: 4,
  read: (view, at, little) => view.getInt32(at, little) / 2 ** 31,
}
export const float32: Coding = {
  bytes: 4,
  read: (view, at, little) => view.getFloat32(at, little),
}

/** µ-law (ITU-T G.711): sign, three bits of exponent, four of mantissa, all inverted; 14 bits. */
const fromMuLaw = Float32Array.from({ length: 256 }, (_, byte) => {
  const bits = ~byte & 0xff
  const magnitude = ((((bits & 0x0f) << 3) + 0x84) << ((bits >> 4) & 7)) - 0x84
  return (bits & 0x80 ? 0 - magnitude : magnitude) / 2 ** 15
})

export const muLaw: Coding = {
  bytes: 1,
  read: (view, at) => fromMuLaw[view.getUint8(at)] ?? 0,
}

/**
 * Samples that lie from `offset` to the end of `bytes`, whole ones; throws `FeedalignError` at one
 * that is no finite number.
 */
export function decode(
  bytes: Uint8Array,
  offset: number,
  { bytes: size, read }: Coding,
  littleEndian: boolean,
  file: string,
): Float32Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const samples = new Float32Array((bytes.length - offset) / size)
  for (let i = 0; i < samples.length; i++) {
    const value = read(view, offset + i * size, littleEndian)
    if (!Number.isFinite(value)) {
      throw new FeedalignError(
        `${file}: offset ${offset + i * size}: sample ${value}, expected a finite number`,
      )
    }
    samples[i] = value
  }
  return samples
}
