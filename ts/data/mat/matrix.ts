import { Cursor } from './cursor.js'
import type { Header } from './header.js'
import { inflated, pieces, type Source } from './source.js'
import { classes, MI_MATRIX, storedTypes, type MatClass } from './types.js'

/** Where an array lies in the file. */
export interface Place {
  /** Offsets of its contents and of what follows. */
  readonly start: number
  readonly end: number
  readonly packed: boolean
}

/** An array without its values. */
export interface Variable {
  readonly name: string
  readonly class: MatClass
  readonly complex: boolean
  /** Rows, columns and so on; values are column-major: the first index moves fastest. */
  readonly shape: readonly number[]
}

/** A sub-element's tag, read; its data and then its padding follow. */
export interface Tag {
  readonly type: number
  readonly bytes: number
  readonly padding: number
}

/** zlib packs no more than this into a byte. */
const MOST_PACKED = 1032

/** As many as NumPy allows, and far more than anybody has. */
const MAX_RANK = 32

/** Longer than any name of MATLAB's, of at most 63 characters. */
const MAX_NAME = 1024

/** A cursor at the first sub-element of an array. */
export async function openMatrix(source: Source, { big }: Header, place: Place): Promise<Cursor> {
  const { start, end, packed } = place
  if (!packed) {
    const where = (position: number): string => `${source.file}: offset ${start + position}`
    return new Cursor(pieces(source, start, end), end - start, big, where)
  }
  const where = (position: number): string =>
    `${source.file}: offset ${position} of what is packed at offset ${start}`
  const cursor = new Cursor(inflated(source, start, end), 8, big, where)
  try {
    const type = await cursor.uint32()
    if (type !== MI_MATRIX) cursor.fail(`type ${type}, expected ${MI_MATRIX} (an array)`, 4)
    const bytes = await cursor.uint32()
    if (8 + bytes > MOST_PACKED * (end - start)) {
      cursor.fail(`${bytes} bytes declared, more than ${end - start} packed ones can hold`, 4)
    }
    cursor.endIn(bytes)
    return cursor
  } catch (error) {
    await cursor.close()
    throw error
  }
}

export async function readTag(cursor: Cursor): Promise<Tag> {
  const word = await cursor.uint32()
  const small = word >>> 16
  // Up to four bytes stand in the tag itself, in place of the count.
  if (small > 4) cursor.fail(`${small} bytes in a small element, expected at most 4`, 4)
  if (small > 0) return { type: word & 0xffff, bytes: small, padding: 4 - small }
  const bytes = await cursor.uint32()
  if (bytes > cursor.left) {
    cursor.fail(`${bytes} bytes declared, found ${cursor.left} to the end of the array`, 4)
  }
  // Some writers leave out what pads the last element.
  return { type: word, bytes, padding: Math.min(-bytes & 7, cursor.left - bytes) }
}

/** A sub-element's data, of the given type and at most so many bytes. */
async function readSmall(cursor: Cursor, what: string, type: string, most: number) {
  const tag = await readTag(cursor)
  const found = storedTypes.get(tag.type) ?? `type ${tag.type}`
  if (found !== type) cursor.fail(`the ${what} stored as ${found}, expected ${type}`)
  if (tag.bytes > most) cursor.fail(`${tag.bytes} bytes of ${what}, expected at most ${most}`)
  const bytes = Uint8Array.from(await cursor.take(tag.bytes))
  await cursor.take(tag.padding)
  return new DataView(bytes.buffer)
}

/** Reads an array up to its values. */
export async function readVariable(cursor: Cursor): Promise<Variable> {
  const { class: kind, complex } = await readFlags(cursor)
  // An object of a class of its own has no sizes here.
  const shape = kind === 'opaque' ? [] : await readShape(cursor)
  const name = await readSmall(cursor, 'name', 'int8', MAX_NAME)
  return { name: Buffer.from(name.buffer).toString('latin1'), class: kind, complex, shape }
}

async function readFlags(cursor: Cursor): Promise<Pick<Variable, 'class' | 'complex'>> {
  const flags = await readSmall(cursor, 'flags', 'uint32', 8)
  if (flags.byteLength !== 8) cursor.fail(`${flags.byteLength} bytes of flags, expected 8`)
  const word = flags.getUint32(0, !cursor.big)
  const kind = classes.get(word & 0xff)
  if (kind === undefined) {
    return cursor.fail(`class ${word & 0xff}, expected 1 to ${classes.size}`, 8)
  }
  return { class: (word & 0x200) === 0 ? kind : 'logical', complex: (word & 0x800) !== 0 }
}

async function readShape(cursor: Cursor): Promise<number[]> {
  const sizes = await readSmall(cursor, 'sizes', 'int32', 4 * MAX_RANK)
  const rank = sizes.byteLength / 4
  if (!Number.isInteger(rank) || rank < 2) {
    cursor.fail(`${sizes.byteLength} bytes of sizes, expected two sizes or more`)
  }
  const shape = Array.from({ length: rank }, (_, axis) => sizes.getInt32(4 * axis, !cursor.big))
  if (shape.some((size) => size < 0)) cursor.fail(`sizes ${shape.join(' × ')}, one below 0`)
  return shape
}
