import * as v from 'valibot'
import { didYouMean, UsageError } from '../errors.js'
import { isNot } from '../values.js'

const number = v.number(isNot('a number'))
const flag = v.exactOptional(v.boolean(isNot('true or false')))

const value = v.union(
  [v.string(), v.number(), v.boolean()],
  isNot('a text, a number, true or false'),
)
const values = v.pipe(
  v.array(value, isNot('a list of values, like ["bp", "fa"]')),
  v.minLength(1, 'there is no value in it; give at least one'),
)

/** By another parameter's name those of its values for which this one is looked through. */
const when = v.exactOptional(
  v.record(v.string(), values, isNot('an object of conditions, like {"rule": ["bp", "fa"]}')),
)

const choices = v.strictObject({ choices: values, when })

const range = v.strictObject({
  min: number,
  max: number,
  /** Equal factors are equally likely, not equal differences. */
  log: flag,
  /** The values are `min`, `min + step` and so on, as far as they are at most `max`. */
  step: v.exactOptional(number),
  /** Whole numbers only. */
  int: flag,
  when,
})

/** The form of a sweep's `parameters`; whether they make sense, `checkParameters` says. */
export const parametersSchema = v.record(v.string(), v.union([choices, range]))

/** Some values, each as likely as another. */
export type Choices = Readonly<v.InferOutput<typeof choices>>

/** Numbers from `min` to `max`, both included. */
export type Range = Readonly<v.InferOutput<typeof range>>

export type ParameterSpec = Choices | Range

/** What a sweep looks through, by the settings' keys; as it was given. */
export type ParameterSpecs = Readonly<Record<string, ParameterSpec>>

/** Throws `UsageError` that begins with the path of what is bad: `parameters` and `path`. */
export function fail(path: string, message: string): never {
  throw new UsageError(`parameters${path}: ${message}`)
}

/** Checks the form of each parameter. Throws `UsageError` that names the path. */
export function readSpecs(given: unknown): ParameterSpecs {
  const like = '{"learningRate": {"min": 0.001, "max": 0.3, "log": true}}'
  if (!isRecord(given)) {
    return fail('', isNot(`an object of parameters, like ${like}`)({ input: given }))
  }
  const entries = Object.entries(given)
  if (entries.length === 0) fail('', `there is nothing to look through; give it ${like}`)
  return Object.fromEntries(entries.map(([name, spec]) => [name, readSpec(name, spec)]))
}

function readSpec(name: string, given: unknown): ParameterSpec {
  const isOne = isRecord(given) && ['choices', 'min', 'max'].some((key) => key in given)
  if (!isOne) {
    return fail(`.${name}`, isNot('{"choices": […]} or {"min": …, "max": …}')({ input: given }))
  }
  return 'choices' in given ? parsed(name, choices, given) : parsed(name, range, given)
}

function parsed<const S extends typeof choices | typeof range>(
  name: string,
  form: S,
  given: unknown,
): v.InferOutput<S> {
  const { issues, output } = v.safeParse(form, given, { abortEarly: true })
  if (issues === undefined) return output
  const [issue] = issues
  const keys = [name, ...(issue.path ?? []).map(({ key }) => key)]
  const path = keys.map((key) => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`))
  return fail(path.join(''), messageOf(issue, Object.keys(form.entries)))
}

function messageOf(issue: v.BaseIssue<unknown>, known: readonly string[]): string {
  const { type, expected, message, path } = issue
  if (type !== 'strict_object') return message
  if (expected !== 'never') return 'is missing'
  const hint = didYouMean(String(path?.[0]?.key), known) || `; known are ${known.join(', ')}`
  return `there is no such key${hint}`
}

function isRecord(given: unknown): given is Record<string, unknown> {
  return typeof given === 'object' && given !== null && !Array.isArray(given)
}
