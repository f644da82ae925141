import { FeedalignError } from '../../errors.js'
import { readNpz } from '../npz.js'
import type { Parts, Placed } from './parts.js'

const SPLIT = ['x_train', 'y_train', 'x_test', 'y_test'] as const
const WHOLE = ['x', 'y'] as const

/**
 * The names of the arrays to read, for those that are held, in lower case: parts to train on and
 * to test, the first alone, or all in one.
 */
export function namesFor(held: readonly string[]): readonly string[] {
  if (!held.some((name) => name.endsWith('_train'))) return WHOLE
  return held.some((name) => name.endsWith('_test')) ? SPLIT : SPLIT.slice(0, 2)
}

/** The parts that arrays of such names make. */
export function partsOf(arrays: ReadonlyMap<string, Placed>): Parts {
  const part = (suffix: string) => {
    const [x, y] = [arrays.get(`x${suffix}`), arrays.get(`y${suffix}`)]
    return x === undefined || y === undefined ? undefined : { x, y }
  }
  const [train, test] = [part('_train') ?? part(''), part('_test')]
  if (train === undefined) throw new Error('no arrays to train on')
  return { train, ...(test === undefined ? {} : { test }) }
}

/**
 * Arrays of a `.npz`, by their names in lower case: those that `wanted` takes of all. Throws
 * `FeedalignError` that says what it holds where any is missing.
 */
export async function readNamed(
  file: string,
  wanted: (held: readonly string[]) => readonly string[],
): Promise<Map<string, Placed>> {
  const names = new Map<string, string>()
  const arrays = await readNpz(file, (held) => {
    for (const name of wanted(held.map((one) => one.toLowerCase()))) {
      const own = held.find((one) => one.toLowerCase() === name)
      if (own === undefined) throw missing(file, name, held)
      names.set(own, name)
    }
    return [...names.keys()]
  })
  return new Map(
    [...arrays].map(([own, array]) => [names.get(own) ?? own, { array, place: `${file}: ${own}` }]),
  )
}

function missing(file: string, name: string, held: readonly string[]): FeedalignError {
  const found = held.length === 0 ? 'no arrays' : held.join(', ')
  const cure =
    name === 'x' || name === 'y'
      ? 'expected x and y, or x_train, y_train, x_test and y_test'
      : 'save it beside the others'
  return new FeedalignError(`${file}: holds ${found}, but no ${name}; ${cure}`)
}
