/** A `.npy` file of version 1 to 3 with this dictionary as its header, padded as NumPy pads. */
export function npyFile(dictionary: string, data: Uint8Array, version = 1): Buffer {
  const before = version === 1 ? 10 : 12
  const text = Buffer.from(dictionary, version === 3 ? 'utf8' : 'latin1')
  const length = Math.ceil((before + text.length + 1) / 64) * 64 - before
  const header = Buffer.alloc(before + length, ' ')
  header.write('\x93NUMPY', 0, 'latin1')
  header.writeUInt8(version, 6)
  header.writeUInt8(0, 7)
  if (version === 1) header.writeUInt16LE(length, 8)
  else header.writeUInt32LE(length, 8)
  text.copy(header, before)
  header.write('\n', before + length - 1)
  return Buffer.concat([header, data])
}

/** The usual dictionary. */
export const dictionary = (descr: string, shape: string, order = 'False'): string =>
  `{'descr': '${descr}', 'fortran_order': ${order}, 'shape': ${shape}, }`
