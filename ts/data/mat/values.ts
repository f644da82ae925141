import type { Cursor } from './cursor.js'
import { readTag, readVariable, type Variable } from './matrix.js'
import {
  bytesOf,
  fits,
  isNumeric,
  storedTypes,
  toValues,
  type NumberType,
  type Values,
} from './types.js'

/** Why an array is not read; undefined where it is. */
export function refusal({ class: kind, complex }: Variable): string | undefined {
  if (!isNumeric(kind)) return `is of class ${kind}; only arrays of numbers are read`
  return complex ? 'is complex; only arrays of real numbers are read' : undefined
}

/**
 * The values behind a cursor at an array's start, `atOnce` at a time, column-major. The array must
 * be one that is not refused. Throws `FeedalignError` where the data does not fit the sizes.
 */
export async function* readValues(
  cursor: Cursor,
  atOnce: number,
): AsyncGenerator<Values, undefined> {
  const variable = await readVariable(cursor)
  const wanted = variable.class as NumberType
  const { stored, bytes, padding } = await readStored(cursor, variable)
  const size = bytesOf(stored)
  for (let left = bytes; left > 0;) {
    const part = Math.min(left, atOnce * size)
    yield toValues(await cursor.take(part), cursor.big, stored, wanted)
    left -= part
  }
  await cursor.take(padding)
  await cursor.finish()
}

async function readStored(cursor: Cursor, { name, shape, class: kind }: Variable) {
  const { type, bytes, padding } = await readTag(cursor)
  const stored = storedTypes.get(type)
  if (stored === undefined || !fits(stored, kind as NumberType)) {
    const found = stored ?? `type ${type}`
    return cursor.fail(`${name} of class ${kind} stored as ${found}, which does not fit it`)
  }
  const expected = count(shape) * bytesOf(stored)
  if (bytes !== expected) {
    const sizes = `sizes ${shape.join(' × ')} of ${stored}`
    cursor.fail(`${bytes} bytes of values, but ${sizes} need ${expected}`)
  }
  return { stored, bytes, padding }
}

export const count = (shape: readonly number[]): number =>
  shape.reduce((product, size) => product * size, 1)
