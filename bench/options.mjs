/** Kinds of options, and how a command line becomes their values. */
import { parseArgs } from 'node:util'

/** On or off. */
export const flag = () => ({ type: 'boolean', read: (given) => given ?? false })

/** One whole number above 0; nothing where none is given and there is no fallback. */
export const number = (fallback) => ({
  type: 'string',
  read: (given, name) => (given === undefined ? fallback : whole(given, name)),
})

/** A number above 0, at most 1. */
export const share = (fallback) => ({
  type: 'string',
  read: (given, name) => {
    if (given === undefined) return fallback
    if (Number(given) > 0 && Number(given) <= 1) return Number(given)
    throw new Error(`--${name} ${JSON.stringify(given)} is not above 0 and at most 1`)
  },
})

/** Whole numbers above 0, separated by commas. */
export const numbers = (...fallback) => ({
  type: 'string',
  read: (given, name) => given?.split(',').map((part) => whole(part, name)) ?? fallback,
})

/**
 * Some of the words `known`, separated by commas; without `known`, any. Nothing where none is given
 * and there is no fallback.
 */
export const words = (fallback, known) => ({
  type: 'string',
  read: (given, name) => {
    const chosen = given?.split(',') ?? fallback
    const strange = known && chosen.find((word) => !known.includes(word))
    if (strange === undefined) return chosen
    throw new Error(`--${name} ${JSON.stringify(strange)} is none of ${known.join(', ')}`)
  },
})

function whole(text, name) {
  const value = Number(text)
  if (Number.isInteger(value) && value > 0) return value
  throw new Error(`--${name} ${JSON.stringify(text)} is not a whole number above 0`)
}

/** The values of `options` (by their names in camel case) on a command line without its bench. */
export function readOptions(args, options) {
  const flags = Object.fromEntries(
    Object.entries(options).map(([name, option]) => [kebab(name), { type: option.type }]),
  )
  const { values } = parseArgs({ args, options: flags })
  return Object.fromEntries(
    Object.entries(options).map(([name, option]) => {
      const spelt = kebab(name)
      return [name, option.read(values[spelt], spelt)]
    }),
  )
}

const kebab = (name) => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
