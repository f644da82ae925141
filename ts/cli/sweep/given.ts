import { readFileSync } from 'node:fs'
import { fromSets, kebab } from '../../config/index.js'
import { reason, UsageError } from '../../errors.js'
import { parsePairs } from '../../pairs.js'
import { readSpec, type Spec } from '../../sweep/spec.js'
import { readParameter } from './parameterText.js'

/** What of a sweep flags can tell. */
export interface SpecFlags extends Readonly<Record<string, unknown>> {
  readonly set?: string[]
  readonly parameter?: string[]
}

type Read = (text: string) => unknown

const asIs: Read = (text) => text

/** What is no number stays a text, for the check to say so. */
const number: Read = (text) =>
  text.trim() !== '' && Number.isFinite(Number(text)) ? Number(text) : text

/** `asha`, or `asha,eta=3`. */
const choice: Read = (text) => {
  const [name = '', ...options] = text.split(',')
  const pairs = parsePairs(options.join(','), 'asha,eta=3,first=1')
  if (pairs.length === 0) return name
  return { name, ...Object.fromEntries(pairs.map((pair) => [pair.name, number(pair.value)])) }
}

/** The flags of a spec's keys: placeholder, what help says, how the text is read. */
export const specFlags: Readonly<Record<string, readonly [string, string, Read]>> = {
  trials: ['<n>', 'configurations; of a grid all unless told', number],
  repeats: ['<n>', 'trainings of each, under several seeds (default 1)', number],
  sampler: ['<name>', 'random, grid, sobol or tpe; with options as tpe,name=value', choice],
  pruner: ['<name>', 'none, median, asha or hyperband; with options as asha,eta=3', choice],
  seed: ['<n>', 'of what the sampler draws (default 1)', number],
  rank: ['<by>', "mean, median or bound of a configuration's repeats (default mean)", asIs],
  metric: ['<name>', 'validationError (default), trainError, trainLoss or testError', asIs],
  direction: ['<which>', 'minimise (default) or maximise', asIs],
  delay: ['<n>', 'configurations at work at once, at most (default 8)', number],
  workers: ['<n>', 'trainings at once; as many as cores unless told', number],
  time: ['<time>', 'of this session by the clock, as 90s, 45m, 2h', asIs],
  onError: ['<what>', 'when a trial fails: continue (default) or stop', asIs],
}

/**
 * A sweep as a file (if any), and flags over it, tell it. Throws `UsageError` that names either.
 */
export function specOf(file: string | undefined, flags: SpecFlags): Spec {
  const held = file === undefined ? {} : read(file)
  const told = fromFlags(flags)
  const sets = [...fromSets(flags.set ?? [])].map(([key, { value }]) => [key, value] as const)
  const given = {
    ...held,
    ...told,
    train: over(held['train'], sets),
    parameters: over(held['parameters'], (flags.parameter ?? []).map(readParameter)),
  }
  try {
    return readSpec(given)
  } catch (error) {
    throw placed(error, file, told)
  }
}

/** What flags tell of a spec's keys. */
export function fromFlags(flags: SpecFlags): Record<string, unknown> {
  const texts = Object.entries(specFlags).flatMap(([key, [, , read]]) => {
    const text = flags[key]
    return typeof text === 'string' ? [[key, read(text)] as const] : []
  })
  const force = flags['allowTest'] === true ? [['allowTest', true] as const] : []
  return Object.fromEntries([...texts, ...force])
}

/** A spec's object with some keys told anew; what is no object is left to the check. */
function over(held: unknown, told: readonly (readonly [string, unknown])[]): unknown {
  if (told.length === 0 && held !== undefined) return held
  return { ...(held as object | undefined), ...Object.fromEntries(told) }
}

function read(file: string): Record<string, unknown> {
  const fail = (what: string): never => {
    throw new UsageError(`${file}: ${what}`)
  }
  try {
    const held: unknown = JSON.parse(readFileSync(file, 'utf8'))
    if (typeof held === 'object' && held !== null && !Array.isArray(held)) return { ...held }
  } catch (error) {
    return fail(reason(error))
  }
  return fail('not an object, as a sweep is')
}

/** An error of the user's, with where it stands that it is about. */
export function placed(error: unknown, file: string | undefined, told: object): unknown {
  if (!(error instanceof UsageError)) return error
  const [key = ''] = error.message.split(/[.:[]/)
  if (Object.hasOwn(told, key)) return new UsageError(`--${error.message.replace(key, kebab(key))}`)
  return file === undefined ? error : new UsageError(`${file}: ${error.message}`)
}
