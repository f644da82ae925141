import { FeedalignError } from '../errors.js'
import {
  elementsOf,
  halves,
  product,
  rowMajor,
  type ByteOrder,
  type Elements,
  type NumericArray,
} from './elements.js'
import { npyHeader } from './npyHeader.js'

interface Kind {
  readonly bytes: number
  readonly read: (bytes: Uint8Array, order: ByteOrder) => Elements
}

const kind = (Type: Parameters<typeof elementsOf<Elements>>[0]): Kind => ({
  bytes: Type.BYTES_PER_ELEMENT,
  read: (bytes, order) => elementsOf(Type, bytes, order),
})

/** NumPy's letters for what we read; booleans are bytes of 0 and 1, 16-bit floats become 32-bit. */
const kinds: ReadonlyMap<string, Kind> = new Map([
  ['b1', kind(Uint8Array)],
  ['u1', kind(Uint8Array)],
  ['i1', kind(Int8Array)],
  ['u2', kind(Uint16Array)],
  ['i2', kind(Int16Array)],
  ['u4', kind(Uint32Array)],
  ['i4', kind(Int32Array)],
  ['u8', kind(BigUint64Array)],
  ['i8', kind(BigInt64Array)],
  ['f2', { bytes: 2, read: (bytes, order) => halves(elementsOf(Uint16Array, bytes, order)) }],
  ['f4', kind(Float32Array)],
  ['f8', kind(Float64Array)],
])

/** What is no plain number, by its letter: why it is refused, and the cure in Python. */
const refusals: Readonly<Record<string, string>> = {
  O: 'Python objects, which only pickle can read, and unpickling runs code; save numbers: np.save(file, np.stack(a)), or a.astype("f4")',
  c: 'complex numbers; save parts: np.save(file, np.stack([a.real, a.imag], -1))',
  f: 'floats that are neither of 2, 4 nor 8 bytes; save a.astype("f8")',
  U: 'texts; save numbers: np.unique(a, return_inverse=True)[1] numbers them from 0',
  S: 'texts; save numbers: np.unique(a, return_inverse=True)[1] numbers them from 0',
  M: 'dates; save a.astype("f8")',
  m: 'spans of time; save a.astype("f8")',
  V: 'raw bytes; save each field as an array of its own',
}

/**
 * An array of NumPy's `.npy`, versions 1 to 3, of numbers in either byte order, row-major whatever
 * it was in the file. Bytes are shared where they can be, not copied. Throws `FeedalignError`
 * naming file, offset, found and expected.
 */
export function parseNpy(bytes: Uint8Array, file: string): NumericArray {
  const { descr, fortranOrder, shape, start } = npyHeader(bytes, file)
  const { order, bytes: size, read } = kindOf(descr, file)
  const need = product(shape) * size
  const found = bytes.length - start
  // Not `>` alone: sizes of which one is zero can multiply to NaN.
  if (need !== found) {
    const sizes = shape.length === 0 ? 'one value' : `shape ${shape.join(' × ')}`
    throw new FeedalignError(
      `${file}: offset ${start}: ${sizes} of ${descr} needs ${need} bytes, found ${found}`,
    )
  }
  const data = read(bytes.subarray(start), order)
  return { shape, data: fortranOrder && shape.length > 1 ? rowMajor(data, shape) : data }
}

function kindOf(descr: string, file: string): Kind & { order: ByteOrder } {
  const [, order, name = ''] = /^([<>|=]?)(\w.*)$/.exec(descr) ?? []
  const found = kinds.get(name)
  if (found !== undefined && (order === '<' || order === '>' || found.bytes === 1)) {
    return { ...found, order: order === '>' ? 'big' : 'little' }
  }
  const reason = refusals[name.charAt(0)] ?? 'unknown; expected numbers such as <f4, <i8 or |u1'
  throw new FeedalignError(`${file}: offset 10: dtype ${JSON.stringify(descr)} is ${reason}`)
}
