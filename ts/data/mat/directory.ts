import { FeedalignError } from '../../errors.js'
import { HEADER, type Header } from './header.js'
import { openMatrix, readVariable, type Place, type Variable } from './matrix.js'
import type { Source } from './source.js'
import { MI_COMPRESSED, MI_MATRIX } from './types.js'

/** An array and where it lies. */
export interface Entry {
  readonly place: Place
  readonly variable: Variable
}

/** Finds every array: a tag of eight bytes, its contents, and so on to the file's end. */
export async function list(source: Source, header: Header): Promise<Entry[]> {
  const entries: Entry[] = []
  for (let at = HEADER; at < source.size;) {
    const place = await readPlace(source, header, at)
    entries.push({ place, variable: await peek(source, header, place) })
    at = place.end
  }
  return entries
}

async function readPlace({ file, size, read }: Source, { big }: Header, at: number) {
  const fail = (message: string): never => {
    throw new FeedalignError(`${file}: offset ${at}: ${message}`)
  }
  if (size - at < 8) return fail(`${size - at} bytes, expected a tag of 8`)
  const tag = await read(at, 8)
  const view = new DataView(tag.buffer, tag.byteOffset)
  const [type, bytes] = [view.getUint32(0, !big), view.getUint32(4, !big)]
  if (type !== MI_MATRIX && type !== MI_COMPRESSED) {
    return fail(`type ${type}, expected ${MI_MATRIX} (an array) or ${MI_COMPRESSED} (a packed one)`)
  }
  const [start, left] = [at + 8, size - at - 8]
  if (bytes > left) return fail(`${bytes} bytes declared, found ${left} to the end of the file`)
  return { start, end: start + bytes, packed: type === MI_COMPRESSED }
}

async function peek(source: Source, header: Header, place: Place): Promise<Variable> {
  const cursor = await openMatrix(source, header, place)
  try {
    return await readVariable(cursor)
  } finally {
    await cursor.close()
  }
}
