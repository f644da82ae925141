/** The kinds of number that a MAT file stores, which are also the classes of its arrays. */
const arrays = {
  int8: Int8Array,
  uint8: Uint8Array,
  int16: Int16Array,
  uint16: Uint16Array,
  int32: Int32Array,
  uint32: Uint32Array,
  int64: BigInt64Array,
  uint64: BigUint64Array,
  single: Float32Array,
  double: Float64Array,
} as const

export type NumberType = keyof typeof arrays

export type Values = InstanceType<(typeof arrays)[NumberType]>

export const MI_MATRIX = 14
export const MI_COMPRESSED = 15

/** By the type in an element's tag. */
export const storedTypes: ReadonlyMap<number, NumberType> = new Map<number, NumberType>([
  [1, 'int8'],
  [2, 'uint8'],
  [3, 'int16'],
  [4, 'uint16'],
  [5, 'int32'],
  [6, 'uint32'],
  [7, 'single'],
  [9, 'double'],
  [12, 'int64'],
  [13, 'uint64'],
])

const kinds = ['cell', 'struct', 'object', 'char', 'sparse'] as const
const later = ['function', 'opaque'] as const

/** What an array is: its class, or `logical`, which the format holds as a flag of uint8. */
export type MatClass = NumberType | 'logical' | (typeof kinds)[number] | (typeof later)[number]

/** By the class in an array's flags. */
export const classes: ReadonlyMap<number, MatClass> = new Map(
  [
    ...kinds,
    ...(['double', 'single', 'int8', 'uint8', 'int16', 'uint16', 'int32', 'uint32'] as const),
    ...(['int64', 'uint64'] as const),
    ...later,
  ].map((name, place) => [place + 1, name]),
)

export const isNumeric = (name: MatClass): name is NumberType => Object.hasOwn(arrays, name)

export const bytesOf = (type: NumberType): number => arrays[type].BYTES_PER_ELEMENT

/** Zeros. */
export const makeValues = (type: NumberType, count: number): Values => new arrays[type](count)

/**
 * Whether all values of `stored` are values of `wanted`: writers may store an array in a smaller
 * type than its class, as whole doubles in bytes. Of a single they know that it loses nothing.
 */
export function fits(stored: NumberType, wanted: NumberType): boolean {
  if (stored === wanted) return true
  const [bits, room] = [bytesOf(stored), bytesOf(wanted)]
  if (wanted === 'single' || wanted === 'double') {
    return isFloat(stored) ? bits < room : bits <= 4
  }
  if (isFloat(stored) || bits >= room) return false
  return stored.startsWith('u') || !wanted.startsWith('u')
}

const isFloat = (type: NumberType): boolean => type === 'single' || type === 'double'

const HOST_IS_BIG = new Uint8Array(Uint16Array.of(1).buffer)[1] === 1

/** Bytes as numbers; shares them where they lie right. `stored` must fit `wanted`. */
export function toValues(
  bytes: Uint8Array,
  big: boolean,
  stored: NumberType,
  wanted: NumberType,
): Values {
  const values = view(bytes, big, stored)
  if (stored === wanted) return values
  const made = makeValues(wanted, values.length)
  if (made instanceof BigInt64Array || made instanceof BigUint64Array) {
    values.forEach((value, i) => (made[i] = BigInt(value)))
  } else made.set(values as Int32Array)
  return made
}

function view(bytes: Uint8Array, big: boolean, type: NumberType): Values {
  const size = bytesOf(type)
  const swapped = size > 1 && big !== HOST_IS_BIG
  const own = swapped || bytes.byteOffset % size > 0 ? bytes.slice() : bytes
  if (swapped) swap(own, size)
  return new arrays[type](own.buffer as ArrayBuffer, own.byteOffset, own.length / size)
}

function swap(bytes: Uint8Array, size: number): void {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  if (size === 2) buffer.swap16()
  else if (size === 4) buffer.swap32()
  else buffer.swap64()
}
