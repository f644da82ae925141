import { crc32, deflateRawSync } from 'node:zlib'

interface Options {
  readonly deflate?: boolean
  /** Sizes and offsets in 64 bits, as NumPy writes those of local headers always. */
  readonly zip64?: boolean
  /** What the table says that a file unpacks to, if not the truth. */
  readonly says?: number
}

/** A zip of these files. */
export function zipFile(
  files: Readonly<Record<string, Uint8Array>>,
  options: Options = {},
): Buffer {
  const locals: Buffer[] = []
  const table: Buffer[] = []
  let offset = 0
  for (const [name, bytes] of Object.entries(files)) {
    const packed = options.deflate === true ? deflateRawSync(bytes) : Buffer.from(bytes)
    const sizes = [options.says ?? bytes.length, packed.length]
    const common = fields(name, bytes, sizes, options)
    const local = Buffer.concat([Buffer.from('PK\x03\x04'), common, Buffer.from(name), packed])
    table.push(entry(name, common, sizes, offset, options))
    locals.push(local)
    offset += local.length
  }
  const directory = Buffer.concat(table)
  return Buffer.concat([...locals, directory, end(table.length, directory.length, offset, options)])
}

/** What a local header and an entry of the table share: version to lengths of name and extra. */
function fields(
  name: string,
  bytes: Uint8Array,
  [size = 0, packed = 0]: number[],
  { deflate }: Options,
): Buffer {
  const common = Buffer.alloc(26)
  common.writeUInt16LE(20, 0)
  common.writeUInt16LE(deflate === true ? 8 : 0, 4)
  common.writeUInt32LE(crc32(bytes), 10)
  common.writeUInt32LE(packed, 14)
  common.writeUInt32LE(size, 18)
  common.writeUInt16LE(name.length, 22)
  return common
}

function entry(
  name: string,
  common: Buffer,
  sizes: number[],
  offset: number,
  { zip64 }: Options,
): Buffer {
  const extra = zip64 === true ? Buffer.alloc(4 + 8 * 3) : Buffer.alloc(0)
  const shared = Buffer.from(common)
  const rest = Buffer.alloc(14)
  rest.writeUInt32LE(offset, 10)
  if (zip64 === true) {
    extra.writeUInt16LE(1, 0)
    extra.writeUInt16LE(24, 2)
    ;[...sizes, offset].forEach((value, i) => extra.writeBigUInt64LE(BigInt(value), 4 + 8 * i))
    shared.writeUInt32LE(0xffffffff, 14)
    shared.writeUInt32LE(0xffffffff, 18)
    shared.writeUInt16LE(extra.length, 24)
    rest.writeUInt32LE(0xffffffff, 10)
  }
  const made = Buffer.from([20, 0])
  return Buffer.concat([Buffer.from('PK\x01\x02'), made, shared, rest, Buffer.from(name), extra])
}

function end(count: number, length: number, offset: number, { zip64 }: Options): Buffer {
  const last = Buffer.alloc(22)
  last.write('PK\x05\x06', 0, 'latin1')
  last.writeUInt16LE(count, 8)
  last.writeUInt16LE(count, 10)
  last.writeUInt32LE(length, 12)
  last.writeUInt32LE(offset, 16)
  if (zip64 !== true) return last
  const record = Buffer.alloc(56)
  record.write('PK\x06\x06', 0, 'latin1')
  record.writeBigUInt64LE(44n, 4)
  ;[count, count, length, offset].forEach((value, i) =>
    record.writeBigUInt64LE(BigInt(value), 24 + 8 * i),
  )
  const locator = Buffer.alloc(20)
  locator.write('PK\x06\x07', 0, 'latin1')
  locator.writeBigUInt64LE(BigInt(offset + length), 8)
  locator.writeUInt32LE(1, 16)
  return Buffer.concat([record, locator, last])
}
