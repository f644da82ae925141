import { FeedalignError } from '../errors.js'
import { elementsOf, product } from './elements.js'

/** An array as an IDX file holds it. */
export interface IdxArray {
  readonly shape: readonly number[]
  readonly data: Uint8Array | Int8Array | Int16Array | Int32Array | Float32Array | Float64Array
}

type Type = Parameters<typeof elementsOf<IdxArray['data']>>[0]

/** Elements by their code; their bytes lie with the highest first. */
const types: ReadonlyMap<number, Type> = new Map<number, Type>([
  [0x08, Uint8Array],
  [0x09, Int8Array],
  [0x0b, Int16Array],
  [0x0c, Int32Array],
  [0x0d, Float32Array],
  [0x0e, Float64Array],
])

/** Bytes of an IDX file, by its header alone; throws as `parseIdx`. */
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
  const data = elementsOf<IdxArray['data']>(type, bytes.subarray(start, end), 'big')
  return { array: { shape, data }, rest: bytes.subarray(end) }
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
  const type: Type | undefined = magic >>> 16 === 0 ? types.get((magic >>> 8) & 0xff) : undefined
  const rank = magic & 0xff
  if (type === undefined || rank === 0) {
    const hex = magic.toString(16).padStart(8, '0')
    return fail(`offset 0: magic 0x${hex} is not IDX's (expected 0x00000801, 0x00000803 or alike)`)
  }
  const start = 4 + 4 * rank
  if (bytes.length < start) return fail(`offset 4: the header ends before its ${rank} sizes`)
  const shape = Array.from({ length: rank }, (_, axis) => view.getUint32(4 + 4 * axis))
  const end = start + product(shape) * type.BYTES_PER_ELEMENT
  // Not `>` alone: sizes of which one is zero can multiply to NaN.
  if (!Number.isSafeInteger(end)) {
    return fail(`offset 4: sizes ${shape.join(' × ')} are more than any file holds`)
  }
  return { shape, type, start, end }
}
