import * as v from 'valibot'
import { schema as settings, type Key } from '../config/schema.js'
import { byName, UsageError } from '../errors.js'
import { foundBy, isNot, oneOf, strict, whole } from '../values.js'
import type { Choice } from './choice.js'
import { parseDuration } from './durations.js'
import { checkParameters } from './space.js'
import type { ParameterSpecs } from './specs.js'
import { findPruner } from './pruners/index.js'
import { aggregates } from './ranking.js'
import { samplers } from './samplers/index.js'
import { checkWhole } from './specChecks.js'
import { metrics } from './workers/executor.js'

type Rank = keyof typeof aggregates

/** By name, or as an object of the name and options. */
const choice = v.custom<Choice>((given) => {
  const name =
    typeof given === 'object' && given !== null ? (given as { name?: unknown }).name : given
  return typeof name === 'string'
}, isNot('a name, or an object of a name and options'))

/** Its options are checked with the space that it is to draw from. */
function checkSampler(given: Choice): void {
  byName('sampler', typeof given === 'string' ? given : given.name, samplers)
}

/** All that `train` can be told but where it writes: a sweep's trials write into its own folder. */
const trained = v.omit(settings, ['out']).entries

const seconds = v.pipe(
  v.union([v.string(), v.number()], isNot('a time such as 90s, 45m, 2h or 1d12h')),
  foundBy(parseDuration),
)

/** What a sweep is told. Where it is read from JSON, what is wrong is told with its path. */
export const specSchema = strict({
  /** Of what the sampler draws. */
  seed: v.optional(whole(0, Number.MAX_SAFE_INTEGER), 1),
  sampler: v.optional(v.pipe(choice, foundBy<Choice>(checkSampler)), 'random'),
  /** Configurations to draw; of a grid all unless told. */
  trials: v.optional(whole(1, 1e6)),
  /** Trainings of each configuration, under the same seeds for all. */
  repeats: v.optional(whole(1, 1000), 1),
  /** How a configuration's repeats come to one value. */
  rank: v.optional(oneOf(Object.keys(aggregates) as [Rank, ...Rank[]]), 'mean'),
  pruner: v.optional(v.pipe(choice, foundBy<Choice>(findPruner)), 'none'),
  /** Decisions are made without what the last `delay − 1` came to: so many can be at work at once. */
  delay: v.optional(whole(1, 10_000), 8),
  /** Trainings at once; as many as cores unless told. */
  workers: v.optional(whole(1, 1024)),
  metric: v.optional(oneOf(metrics), 'validationError'),
  direction: v.optional(oneOf(['minimise', 'maximise']), 'minimise'),
  /** How long one session may take, by the clock. */
  time: v.optional(seconds),
  /** What to do when a trial fails. */
  onError: v.optional(oneOf(['continue', 'stop']), 'continue'),
  /** Whether test errors may choose. */
  allowTest: v.optional(v.boolean(isNot('true or false')), false),
  /** Settings of every training, as a configuration of `train` has them. */
  train: v.optional(strict(trained), {}),
  /** What differs between configurations, by the same keys. */
  parameters: v.pipe(
    v.any() as v.GenericSchema<ParameterSpecs>,
    foundBy<ParameterSpecs>(checkParameters),
  ),
})

/** A sweep as it is told. */
export type SweepOptions = v.InferInput<typeof specSchema>

/** A sweep with nothing left open but what `train` fills in by itself. */
export interface Spec extends Omit<v.InferOutput<typeof specSchema>, 'train'> {
  /** Those given alone. */
  readonly train: Readonly<Partial<Record<Key, unknown>>>
}

/**
 * Checks what a sweep is told and fills in the rest. Throws `UsageError` that begins with the path
 * of what is bad, as `parameters.learningRate.min`, and says what it is and what is wanted.
 */
export function readSpec(given: unknown): Spec {
  const { issues, output } = v.safeParse(specSchema, given, { abortEarly: true })
  if (issues !== undefined) throw new UsageError(messageOf(issues[0]))
  const { train } = given as { train?: object }
  const kept = Object.entries(output.train).filter(([key]) => Object.hasOwn(train ?? {}, key))
  const spec = { ...output, train: Object.fromEntries(kept) }
  checkWhole(spec)
  return spec
}

function messageOf({ path, message }: v.BaseIssue<unknown>): string {
  const keys = (path ?? []).map(({ key }) => key)
  const where = keys.map((key) => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`))
  const within = where.join('').slice(1)
  // What looked into a value by itself has said the whole path already.
  const said = within !== '' && /^[.[:]/.test(message.slice(within.length))
  if (within === '') return `the sweep: ${message}`
  return said && message.startsWith(within) ? message : `${within}: ${message}`
}
