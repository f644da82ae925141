import { FeedalignError } from '../../errors.js'
import { list, type Entry } from './directory.js'
import { readHeader, type Header } from './header.js'
import { openMatrix, type Variable } from './matrix.js'
import { openSource, type Source } from './source.js'
import { bytesOf, makeValues, type NumberType, type Values } from './types.js'
import { count, readValues, refusal } from './values.js'

export type { Values } from './types.js'
export type { Variable } from './matrix.js'

/** An array of numbers as a MAT file holds it. */
export interface MatArray {
  readonly name: string
  readonly class: NumberType
  /** Rows, columns and so on, at least two. */
  readonly shape: readonly number[]
  /** Column-major: the first index moves fastest. */
  readonly data: Values
}

/** No array is read whole that needs more memory than this. */
const MAX_WHOLE = 2 ** 31

/** Values at a time where an array is read whole. */
const AT_ONCE = 2 ** 16

/** Bytes of slices at a time, unless a single one is larger. */
const SLICES = 2 ** 18

/**
 * Arrays of numbers from a MATLAB file of version 5 (MATLAB's `-v6` and `-v7`, Octave's, SciPy's),
 * of either byte order, packed or not. Throws `FeedalignError` naming file, offset, found and
 * expected where it is damaged or of another version, where a name is not in it, or where what is
 * wanted is no array of real numbers.
 */
export async function readMat(
  file: string,
  names: readonly string[],
): Promise<ReadonlyMap<string, MatArray>> {
  const mat = await openMat(file)
  try {
    const arrays = new Map<string, MatArray>()
    for (const name of names) arrays.set(name, await mat.read(name))
    return arrays
  } finally {
    await mat.close()
  }
}

/** Opens a MAT file and lists its arrays; see {@link readMat}. Must be closed. */
export async function openMat(file: string): Promise<MatFile> {
  return await matOf(await openSource(file))
}

/** The same from any source; closes it where it throws. */
export async function matOf(source: Source): Promise<MatFile> {
  try {
    const header = await readHeader(source)
    return new MatFile(source, header, await list(source, header))
  } catch (error) {
    await source.close()
    throw error
  }
}

/** An open MAT file. */
export class MatFile {
  readonly #source: Source
  readonly #header: Header
  readonly #entries: readonly Entry[]

  constructor(source: Source, header: Header, entries: readonly Entry[]) {
    this.#source = source
    this.#header = header
    this.#entries = entries
  }

  /** What its writer says of the file. */
  get description(): string {
    return this.#header.description
  }

  /** All arrays, also those that are not read. */
  get variables(): readonly Variable[] {
    return this.#entries.map(({ variable }) => variable)
  }

  /** Its sizes and class; throws `FeedalignError` unless it is here, once, and can be read. */
  variable(name: string): Variable {
    return this.#entry(name).variable
  }

  /** A whole array of at most 2 GiB. */
  async read(name: string): Promise<MatArray> {
    const entry = this.#entry(name)
    const { class: kind, shape } = entry.variable as Variable & { class: NumberType }
    const bytes = count(shape) * bytesOf(kind)
    if (bytes > MAX_WHOLE) {
      const sizes = `of sizes ${shape.join(' × ')} needs ${bytes} bytes`
      throw this.#error(entry, `${sizes}; at most ${MAX_WHOLE} are read at once`)
    }
    const parts: Values[] = []
    for await (const part of this.#values(name, AT_ONCE)) parts.push(part)
    // Only now, as sizes in a file may claim what its data does not hold.
    const data = makeValues(kind, count(shape))
    let at = 0
    for (const part of parts) {
      data.set(part as never, at)
      at += part.length
    }
    return { name, class: kind, shape, data }
  }

  /**
   * An array slice by slice along its last axis, for those too large to be held: each part is one
   * whole slice or more, column-major, and good until the next is asked for.
   */
  slices(name: string): AsyncGenerator<Values, undefined> {
    const slice = count(this.variable(name).shape.slice(0, -1))
    return this.#values(name, slice * Math.max(1, Math.floor(SLICES / Math.max(1, slice))))
  }

  async *#values(name: string, atOnce: number): AsyncGenerator<Values, undefined> {
    const cursor = await openMatrix(this.#source, this.#header, this.#entry(name).place)
    try {
      yield* readValues(cursor, atOnce)
    } finally {
      await cursor.close()
    }
  }

  #entry(name: string): Entry {
    const found = this.#entries.filter(({ variable }) => variable.name === name)
    const [entry] = found
    if (entry === undefined) {
      const held = this.variables.map(text).join(', ') || 'none'
      throw new FeedalignError(`${this.#source.file}: no array ${name}; it holds ${held}`)
    }
    const why = found.length > 1 ? `is there ${found.length} times` : refusal(entry.variable)
    if (why !== undefined) throw this.#error(entry, why)
    return entry
  }

  #error({ place, variable }: Entry, message: string): FeedalignError {
    const where = `${this.#source.file}: offset ${place.start}`
    return new FeedalignError(`${where}: ${variable.name} ${message}`)
  }

  async close(): Promise<void> {
    await this.#source.close()
  }
}

const text = ({ name, class: kind, shape }: Variable): string =>
  `${name} (${kind} ${shape.join(' × ')})`
