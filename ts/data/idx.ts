import { FeedalignError } from '../errors.js'
import { MAX_BYTES } from './files.js'

/** An array as an IDX file holds it. */
export interface IdxArray {
  readonly shape: readonly number[]
  readonly data: Uint8Array | Int8Array | Int16Array | Int32Array | Float32Array | Float64Array
}

interface Type {
  readonly bytes: number
  readonly read: (view: DataView, offset: number, count: number) => IdxArray['data']
}

const big =
  <T extends IdxArray['data']>(
    make: (count: number) => T,
    get: (view: DataView, at: number) => number,
  ) =>
  (view: DataView, offset: number, count: number): T => {
    const data = make(count)
    for (let i = 0; i < count; i++) data[i] = get(view, offset + i * data.BYTES_PER_ELEMENT)
    return data
  }

const types: ReadonlyMap<number, Type> = new Map<number, Type>([
  [
    0x08,
    {
      bytes: 1,
      read: (view, offset, count) => new Uint8Array(view.buffer, view.byteOffset + offset, count),
    },
  ],
  [
    0x09,
    {
      bytes: 1,
      read: big(
        (n) => new Int8Array(n),
        (view, at) => view.getInt8(at),
      ),
    },
  ],
  [
    0x0b,
    {
      bytes: 2,
      read: big(
        (n) => new Int16Array(n),
        (view, at) => view.getInt16(at),
      ),
    },
  ],
  [
    0x0c,
    {
      bytes: 4,
      read: big(
        (n) => new Int32Array(n),
        (view, at) => view.getInt32(at),
      ),
    },
  ],
  [
    0x0d,
    {
      bytes: 4,
      read: big(
        (n) => new Float32Array(n),
        (view, at) => view.getFloat32(at),
      ),
    },
  ],
  [
    0x0e,
    {
      bytes: 8,
      read: big(
        (n) => new Float64Array(n),
        (view, at) => view.getFloat64(at),
      ),
    },
  ],
])

/** Bytes of an IDX file, by its header alone; throws as `parseIdx`, also above 256 MiB. */
export function idxSize(head: Uint8Array, file: string): number {
  return readHeader(head, file).end
}

/** The array at the start of `bytes`, and what follows it. Bytes are shared, not copied. */
export function readIdx(bytes: Uint8Array, file: string): { array: IdxArray; rest: Uint8Array } {
  const { shape, type, start, end } = readHeader(bytes, file)
  if (end > bytes.length) {
    const [need, found] = [end - start, bytes.length - start]
    throw new FeedalignError(
      `${file}: offset 4: sizes ${shape.join(' × ')} need ${need} bytes, found ${found}`,
    )
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const count = shape.reduce((product, size) => product * size, 1)
  return { array: { shape, data: type.read(view, start, count) }, rest: bytes.subarray(end) }
}

/** An IDX file's only array; throws `FeedalignError` naming file, offset, found and expected. */
export function parseIdx(bytes: Uint8Array, file: string): IdxArray {
  const { array, rest } = readIdx(bytes, file)
  if (rest.length > 0) {
    const end = bytes.length - rest.length
    throw new FeedalignError(`${file}: ${rest.length} bytes too many after offset ${end}`)
  }
  return array
}

interface Header {
  readonly shape: readonly number[]
  readonly type: Type
  /** Offsets of the values and of what follows them. */
  readonly start: number
  readonly end: number
}

function readHeader(bytes: Uint8Array, file: string): Header {
  const fail = (message: string): never => {
    throw new FeedalignError(`${file}: ${message}`)
  }
  if (bytes.length < 4) return fail(`${bytes.length} bytes are too few for an IDX header`)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const magic = view.getUint32(0)
  const type = magic >>> 16 === 0 ? types.get((magic >>> 8) & 0xff) : undefined
  const rank = magic & 0xff
  if (type === undefined || rank === 0) {
    const hex = magic.toString(16).padStart(8, '0')
    return fail(`offset 0: magic 0x${hex} is not IDX's (expected 0x00000801, 0x00000803 or alike)`)
  }
  const start = 4 + 4 * rank
  if (bytes.length < start) return fail(`offset 4: the header ends before its ${rank} sizes`)
  const shape = Array.from({ length: rank }, (_, axis) => view.getUint32(4 + 4 * axis))
  const end = start + shape.reduce((product, length) => product * length, type.bytes)
  // Not `>` alone: sizes of which one is zero can multiply to NaN.
  if (!(end <= MAX_BYTES)) {
    const found = `sizes ${shape.join(' × ')}`
    return fail(`offset 4: ${found} need more than ${MAX_BYTES} bytes, the most that is read`)
  }
  return { shape, type, start, end }
}
