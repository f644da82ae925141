import * as v from 'valibot'
import { isNot, oneOf } from '../../values.js'
import type { JournalEvent } from './events.js'

const isCount = (value: number): boolean => Number.isSafeInteger(value) && value >= 0
const notCount = isNot('a whole number from 0')
/** Like `whole`, in one check where that takes four: a journal has hundreds of thousands. */
const count = v.pipe(v.number(notCount), v.check(isCount, notCount))
const figure = v.pipe(v.number(isNot('a number')), v.finite(isNot('a finite number')))
const text = v.string(isNot('a text'))
const truth = v.boolean(isNot('true or false'))

const curvePoint = v.strictObject({
  epoch: count,
  trainLoss: v.exactOptional(figure),
  trainError: v.exactOptional(figure),
  validationError: v.exactOptional(figure),
  testError: v.exactOptional(figure),
})

const ofJob = { trial: count, to: count, time: figure }

const event = <const N extends JournalEvent['event'], const E extends v.ObjectEntries>(
  name: N,
  entries: E,
) => v.strictObject({ event: v.literal(name), ...entries })

const schemas = [
  event('sweep', {
    form: v.literal(
      1,
      ({ input }) => `the journal is of form ${JSON.stringify(input)}, this feedalign reads 1`,
    ),
    version: text,
    spec: v.record(text, v.unknown()),
    hash: text,
    time: figure,
  }),
  event('session', { pid: count, host: text, workers: count, time: figure }),
  event('task', {
    slot: count,
    configuration: count,
    parameters: v.record(text, v.union([text, figure, truth], isNot('a value of a parameter'))),
    rung: count,
    from: count,
    to: count,
    last: truth,
  }),
  event('start', ofJob),
  event('result', {
    ...ofJob,
    value: v.nullable(figure),
    error: v.exactOptional(text),
    epochs: count,
    curve: v.array(curvePoint, isNot('a list')),
    seconds: figure,
    weightsSha256: v.nullable(text),
  }),
  event('interrupted', ofJob),
  event('retry', { trial: count, time: figure }),
  event('end', { reason: oneOf(['finished', 'stopped', 'time', 'failed']), time: figure }),
]

/** Found by name: a `variant` would try one after another, for each of many thousand lines. */
const byEvent: ReadonlyMap<unknown, (typeof schemas)[number]> = new Map(
  schemas.map((schema) => [schema.entries.event.literal, schema]),
)

/** The event, or what is wrong with it as `path: message`. */
export function parseEvent(value: unknown): JournalEvent | string {
  const name = (value as { readonly event?: unknown } | null | undefined)?.event
  const schema = byEvent.get(name)
  if (schema === undefined) return `event: ${JSON.stringify(name)} is no event of a journal`
  const { issues, output } = v.safeParse(schema, value, { abortEarly: true })
  if (issues === undefined) return output
  const [issue] = issues
  const path = v.getDotPath(issue)
  return path === null ? issue.message : `${path}: ${issue.message}`
}
