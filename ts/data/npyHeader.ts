import { FeedalignError } from '../errors.js'

export interface NpyHeader {
  /** NumPy's word for the type, such as `<f4`. */
  readonly descr: string
  readonly fortranOrder: boolean
  readonly shape: readonly number[]
  /** Offset of the values. */
  readonly start: number
}

const MAGIC = '\x93NUMPY'

/** As many as NumPy reads unless told otherwise. */
const MOST = 10_000

/** As many as NumPy has. */
const MAX_AXES = 64

/** The header at the start of a `.npy`; throws `FeedalignError` where it is none. */
export function npyHeader(bytes: Uint8Array, file: string): NpyHeader {
  const fail = (message: string): never => {
    throw new FeedalignError(`${file}: ${message}`)
  }
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const magic = view.toString('latin1', 0, MAGIC.length)
  if (magic !== MAGIC) {
    const found = view.toString('hex', 0, MAGIC.length)
    return fail(`offset 0: 0x${found} is not the start of a .npy (expected 0x934e554d5059)`)
  }
  const major = view[6] ?? 0
  if (!(major >= 1 && major <= 3)) return fail(`offset 6: version ${major}, expected 1 to 3`)
  const before = major === 1 ? 10 : 12
  if (bytes.length < before) return fail(`ends at offset ${bytes.length}, within its header`)
  const length = major === 1 ? view.readUInt16LE(8) : view.readUInt32LE(8)
  const start = before + length
  if (start > bytes.length) {
    return fail(`offset 8: a header of ${length} bytes, found ${bytes.length - before}`)
  }
  if (length > MOST) return fail(`offset 8: a header of ${length} bytes, expected ${MOST} at most`)
  const text = view.toString(major === 3 ? 'utf8' : 'latin1', before, start)
  return { ...parseDictionary(text, before, fail), start }
}

const DESCR = /'descr'\s*:\s*'([^']*)'/
const STRUCTURED = /'descr'\s*:\s*\[/
const ORDER = /'fortran_order'\s*:\s*(True|False)/
const SHAPE = /'shape'\s*:\s*\(([\d\s,L]*)\)/

/** `{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }`, in any order. */
function parseDictionary(text: string, offset: number, fail: (message: string) => never) {
  const shown = JSON.stringify(text.trim().slice(0, 100))
  if (STRUCTURED.test(text)) {
    const cure = 'save each field as an array of its own'
    return fail(`offset ${offset}: records of named fields (${shown}); ${cure}`)
  }
  const [descr, order, sizes] = [DESCR, ORDER, SHAPE].map((part) => part.exec(text)?.[1])
  const rest = [DESCR, ORDER, SHAPE].reduce((left, part) => left.replace(part, ''), text)
  const complete = descr !== undefined && order !== undefined && sizes !== undefined
  if (!complete || !/^\s*\{[\s,]*\}\s*$/.test(rest)) {
    return fail(`offset ${offset}: expected descr, fortran_order and shape, found ${shown}`)
  }
  const shape = shapeOf(sizes)
  if (shape === undefined) {
    return fail(`offset ${offset}: shape (${sizes}) is not of whole numbers`)
  }
  return { descr, fortranOrder: order === 'True', shape }
}

/** `2, 3` or `2,`; NumPy under Python 2 wrote `2L, 3L`. */
function shapeOf(text: string): number[] | undefined {
  const sizes = text.trim().replace(/,$/, '')
  if (sizes === '') return []
  const shape = sizes.split(',').map((size) => Number(size.trim().replace(/^(\d+)L$/, '$1') || NaN))
  return shape.length <= MAX_AXES && shape.every(Number.isSafeInteger) ? shape : undefined
}
