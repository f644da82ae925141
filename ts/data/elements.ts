import { endianness } from 'node:os'

/** Numbers as files hold them. */
export type Elements =
  | Uint8Array
  | Int8Array
  | Uint16Array
  | Int16Array
  | Uint32Array
  | Int32Array
  | BigUint64Array
  | BigInt64Array
  | Float32Array
  | Float64Array

/** An array of a file, row-major: the last axis runs fastest. */
export interface NumericArray {
  readonly shape: readonly number[]
  readonly data: Elements
}

export type ByteOrder = 'little' | 'big'

interface ElementsClass<T extends Elements> {
  readonly BYTES_PER_ELEMENT: number
  new (buffer: ArrayBufferLike, byteOffset: number, length: number): T
}

const OWN_ORDER: ByteOrder = endianness() === 'LE' ? 'little' : 'big'

/**
 * What `bytes` hold, whole elements of the given order: the same memory where order and place are
 * the machine's own, else a copy.
 */
export function elementsOf<T extends Elements>(
  Type: ElementsClass<T>,
  bytes: Uint8Array,
  order: ByteOrder,
): T {
  const size = Type.BYTES_PER_ELEMENT
  const swapped = size > 1 && order !== OWN_ORDER
  const { buffer, byteOffset, length } = bytes
  if (!swapped && byteOffset % size === 0) return new Type(buffer, byteOffset, length / size)
  const copy = Uint8Array.from(bytes)
  if (swapped) swapBytes(copy, size)
  return new Type(copy.buffer, 0, length / size)
}

function swapBytes({ buffer }: Uint8Array, size: number): void {
  const bytes = Buffer.from(buffer)
  if (size === 2) bytes.swap16()
  else if (size === 4) bytes.swap32()
  else bytes.swap64()
}

/** IEEE 754's 16-bit floats, given as their bits, exactly. */
export function halves(bits: Uint16Array): Float32Array {
  return Float32Array.from(bits, (half) => {
    const sign = half >>> 15 === 0 ? 1 : -1
    const exponent = (half >>> 10) & 31
    const fraction = half & 1023
    if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN
    if (exponent === 0) return sign * fraction * 2 ** -24
    return sign * (1024 + fraction) * 2 ** (exponent - 25)
  })
}

/** A copy in row-major order of what lies column-major: with the first axis fastest. */
export function rowMajor<T extends Elements>(data: T, shape: readonly number[]): T {
  const turned = data.slice() as T
  const strides = shape.map((_, axis) => product(shape.slice(0, axis)))
  const place = new Array<number>(shape.length).fill(0)
  let from = 0
  for (let to = 0; to < turned.length; to++) {
    turned[to] = data[from] as never
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      const stride = strides[axis] ?? 0
      const next = (place[axis] ?? 0) + 1
      if (next < (shape[axis] ?? 0)) {
        place[axis] = next
        from += stride
        break
      }
      place[axis] = 0
      from -= (next - 1) * stride
    }
  }
  return turned
}

export const product = (sizes: readonly number[]): number =>
  sizes.reduce((total, size) => total * size, 1)
