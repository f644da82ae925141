import * as v from 'valibot'
import { didYouMean, UsageError } from '../errors.js'
import { parsePairs } from '../pairs.js'
import type { told } from '../values.js'

/** Any option that help can tell of. */
type ToldOption = ReturnType<typeof told<v.OptionalSchema<v.GenericSchema, unknown>>>

/** A set's own options: each `told` its placeholder and what it is, with what it is unless told. */
export type DataOptions = v.StrictObjectSchema<Readonly<Record<string, ToldOption>>, undefined>

/** Of a set that is read in one way only. */
export const none = v.strictObject({})

const LIKE = 'colour=true'

/** Options of a set by name, from a text such as `colour=true,bands=40`; not yet checked. */
export function parseDataOptions(text: string): Record<string, unknown> {
  const pairs = parsePairs(text, LIKE).map(({ name, value, part }) => {
    if (name !== '' && value !== '') return [name, valueOf(value)] as const
    throw new UsageError(`${JSON.stringify(part)} is not name=value; like ${LIKE}`)
  })
  return Object.fromEntries(pairs)
}

function valueOf(text: string): unknown {
  if (text === 'true' || text === 'false') return text === 'true'
  return Number.isFinite(Number(text)) ? Number(text) : text
}

/**
 * The options of set `name`: those given, checked, and the rest as they are unless told. Throws
 * `UsageError` that names the option, what was given and what is wanted.
 */
export function chosen<S extends DataOptions>(
  name: string,
  schema: S,
  given: Readonly<Record<string, unknown>> = {},
): v.InferOutput<S> {
  const { issues, output } = v.safeParse(schema, given, { abortEarly: true })
  if (issues === undefined) return output
  const [issue] = issues
  const option = String(issue.path?.[0].key)
  if (issue.type !== 'strict_object') throw new UsageError(`${option}: ${issue.message}`)
  const known = Object.keys(schema.entries)
  if (known.length === 0) throw new UsageError(`${option}: ${name} has no options`)
  const hint = didYouMean(option, known) || `; it has ${known.join(', ')}`
  throw new UsageError(`${option}: ${name} has no such option${hint}`)
}
