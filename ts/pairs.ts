import { UsageError } from './errors.js'

/** One `name=value` of a text. */
export interface Pair {
  readonly name: string
  /** Empty where there is none. */
  readonly value: string
  /** As it was written, for messages. */
  readonly part: string
}

/**
 * The pairs of a text such as `every=10,decay=0.1`, which `like` shows. Throws `UsageError` where
 * one has a second `=` or a name stands twice, as either would silently lose a value.
 */
export function parsePairs(text: string, like: string): Pair[] {
  const parts = text.split(',').filter((part) => part.trim() !== '')
  const pairs = parts.map((part) => {
    const [name = '', value = '', ...more] = part.split('=').map((one) => one.trim())
    if (more.length === 0) return { name, value, part }
    throw new UsageError(`${JSON.stringify(part)} has a second "="; put commas between, as ${like}`)
  })
  const names = pairs.map(({ name }) => name)
  const again = names.find((name, place) => names.indexOf(name) < place)
  if (again === undefined) return pairs
  throw new UsageError(`${JSON.stringify(text)} has ${again} twice; give it once`)
}
