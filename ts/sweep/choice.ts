import * as v from 'valibot'
import { byName, didYouMean, UsageError } from '../errors.js'

/** What a spec chooses by name, with options of its own: a sampler, a pruner. */
export interface Choosable<Made, S extends OptionsSchema = OptionsSchema> {
  readonly name: string
  /** One line. */
  readonly about: string
  /** Each with its default. */
  readonly options: S
  readonly make: (options: v.InferOutput<S>) => Made
}

type OptionsSchema = v.StrictObjectSchema<Readonly<Record<string, v.GenericSchema>>, undefined>

/** `"asha"`, or `{"name": "asha", "eta": 3}`. */
export type Choice = string | ({ readonly name: string } & Readonly<Record<string, unknown>>)

/** Throws `UsageError` that names the path, such as `pruner.eta`, the value and what is wanted. */
export function choose<Made>(
  what: string,
  choice: Choice,
  known: readonly Choosable<Made>[],
): Made {
  const { name, ...given } = typeof choice === 'string' ? { name: choice } : choice
  const { options, make } = byName(what, name, known)
  const { issues, output } = v.safeParse(options, given, { abortEarly: true })
  if (issues === undefined) return make(output)
  const [issue] = issues
  const option = String(issue.path?.[0].key)
  if (issue.type !== 'strict_object') throw new UsageError(`${what}.${option}: ${issue.message}`)
  const has = Object.keys(options.entries)
  const none = has.length === 0 ? '; it has none' : `; it has ${has.join(', ')}`
  throw new UsageError(
    `${what}.${option}: ${name} has no such option${didYouMean(option, has) || none}`,
  )
}
