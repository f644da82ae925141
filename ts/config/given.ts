import { readFileSync } from 'node:fs'
import * as v from 'valibot'
import { didYouMean, UsageError } from '../errors.js'
import { keys, schema, type Key, type Settings } from './schema.js'

/** A value that the user gave, and where, as messages name it: `--batch`, `run.json: batch`. */
export interface GivenValue {
  readonly value: unknown
  readonly where: string
}

/** What the user gave, by key; keys need not be known ones. */
export type Given = ReadonlyMap<string, GivenValue>

/** `learningRate` as `learning-rate`. */
export function kebab(key: string): string {
  return key.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
}

/** The flags of settings among those that commander found, by key. */
export function fromFlags(flags: Readonly<Record<string, unknown>>): Given {
  return new Map(
    keys.flatMap((key) => {
      const text = flags[key]
      // A flag without a value is true.
      if (typeof text !== 'string' && text !== true) return []
      const value = text === true ? text : fromText(key, text)
      return [[key, { value, where: `--${kebab(key)}` }] as const]
    }),
  )
}

/** Each a `key=value`, as `--set` takes them. */
export function fromSets(texts: readonly string[]): Given {
  return new Map(
    texts.map((text) => {
      const [key = '', ...rest] = text.split('=')
      if (key === '' || rest.length === 0) {
        throw new UsageError(`--set ${JSON.stringify(text)} is not key=value`)
      }
      return [key, { value: fromText(key, rest.join('=')), where: `--set ${key}` }]
    }),
  )
}

/** A file of settings as one JSON object; throws `UsageError` where it is none. */
export function fromFile(file: string): Given {
  const fail = (reason: string): never => {
    throw new UsageError(`${file}: ${reason}`)
  }
  let held: unknown
  try {
    held = JSON.parse(readFileSync(file, 'utf8'))
  } catch (error) {
    return fail((error as Error).message)
  }
  if (typeof held !== 'object' || held === null || Array.isArray(held)) {
    return fail('not an object of settings')
  }
  const entries = Object.entries(held)
  return new Map(
    entries.map(([key, value]: [string, unknown]) => [key, { value, where: `${file}: ${key}` }]),
  )
}

/** Throws `UsageError` that says where the first bad value stands, what it is, what is wanted. */
export function check(given: Given): Settings {
  const values = Object.fromEntries([...given].map(([key, { value }]) => [key, value]))
  const { issues, output } = v.safeParse(schema, values, { abortEarly: true })
  if (issues === undefined) return output
  const [issue] = issues
  const key = String(issue.path?.[0].key)
  const unknown = issue.type === 'strict_object'
  const hint = unknown ? didYouMean(key, keys) || `; known are ${keys.join(', ')}` : ''
  const message = unknown ? `no such setting${hint}` : issue.message
  const where = given.get(key)?.where ?? key
  // What names the path within a value begins with the key, which then need not stand twice.
  const within = where.endsWith(` ${key}`) && /^[.[]/.test(message.slice(key.length))
  throw new UsageError(within ? where.slice(0, -key.length) + message : `${where}: ${message}`)
}

/** What a text says for a setting: a number or a truth for one that wants it, if it is one. */
function fromText(key: string, text: string): unknown {
  const wanted = typeOf(key)
  if (wanted === 'boolean' && (text === 'true' || text === 'false')) return text === 'true'
  if (wanted !== 'number') return text
  const value = Number(text)
  return text.trim() !== '' && Number.isFinite(value) ? value : text
}

function typeOf(key: string): string | undefined {
  return Object.hasOwn(schema.entries, key) ? schema.entries[key as Key].wrapped.type : undefined
}
