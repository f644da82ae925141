import * as v from 'valibot'
import { didYouMean, FeedalignError } from './errors.js'
import { grouped } from './report/format.js'

/** A message that says what a value is not. */
export const isNot =
  (wanted: string) =>
  ({ input }: { input: unknown }): string =>
    `${JSON.stringify(input)} is not ${wanted}`

/** A number for which `holds` is true after rounding to single precision, as the engine has it. */
export function single(wanted: string, holds: (value: number) => boolean) {
  const valid = (value: number): boolean => {
    const rounded = Math.fround(value)
    // A rounding to zero must not hide a sign.
    const sameSide = value >= 0 === rounded >= 0
    return Number.isFinite(rounded) && sameSide && holds(rounded)
  }
  return v.pipe(v.number(isNot(wanted)), v.check(valid, isNot(wanted)))
}

export function whole(least: number, most: number) {
  const wanted = isNot(`a whole number from ${grouped(least)} to ${grouped(most)}`)
  const number = v.pipe(v.number(wanted), v.integer(wanted))
  return v.pipe(number, v.minValue(least, wanted), v.maxValue(most, wanted))
}

/** A text that `find` takes; what it throws is the message. */
export function text(find: (text: string) => unknown) {
  return v.pipe(v.string(isNot('a text')), foundBy(find))
}

export function foundBy<T>(find: (value: T) => unknown) {
  return v.rawCheck<T>(({ dataset, addIssue }) => {
    if (!dataset.typed) return
    try {
      find(dataset.value)
    } catch (error) {
      if (!(error instanceof FeedalignError)) throw error
      addIssue({ message: error.message })
    }
  })
}

/** One of some words. */
export function oneOf<const T extends readonly string[]>(known: T) {
  return v.picklist(known, ({ input }) => {
    const found = JSON.stringify(input)
    const hint = typeof input === 'string' ? didYouMean(input, known) : ''
    return `${found} is none of ${known.join(', ')}${hint}`
  })
}

/** With what help says of it: its value's placeholder, and what it is. */
export function told<const S extends v.GenericSchema>(setting: S, value: string, about: string) {
  return v.pipe(setting, v.metadata({ value, about }))
}

/** An object of these keys alone; what is missing or unknown is said without its path. */
export function strict<const E extends v.ObjectEntries>(entries: E) {
  const known = Object.keys(entries)
  return v.strictObject(entries, ({ expected, received, input }) => {
    if (expected === 'never') {
      const hint = didYouMean(String(input), known) || `; known are ${known.join(', ')}`
      return `no such key${hint}`
    }
    return received === 'undefined' ? 'is missing' : `${JSON.stringify(input)} is not an object`
  })
}
