import * as v from 'valibot'
import { isNot, oneOf, whole } from '../../values.js'
import type { JournalEvent } from './events.js'

const count = whole(0, Number.MAX_SAFE_INTEGER)
const figure = v.pipe(v.number(isNot('a number')), v.finite(isNot('a finite number')))
const text = v.string(isNot('a text'))
const truth = v.boolean(isNot('true or false'))
const time = figure

const sweep = v.strictObject({
  event: v.literal('sweep'),
  form: v.literal(1, ({ input }) => `the journal is of form ${JSON.stringify(input)}, this feedalign reads 1`),
  version: text,
  spec: v.record(text, v.unknown()),
  hash: text,
  time,
})

const session = v.strictObject({
  event: v.literal('session'),
  pid: count,
  host: text,
  workers: count,
  time,
})

const task = v.strictObject({
  event: v.literal('task'),
  slot: count,
  configuration: count,
  parameters: v.record(text, v.union([text, figure, truth], isNot('a value of a parameter'))),
  rung: count,
  from: count,
  to: count,
  last: truth,
})

const curvePoint = v.strictObject({
  epoch: count,
  trainLoss: v.exactOptional(figure),
  trainError: v.exactOptional(figure),
  validationError: v.exactOptional(figure),
  testError: v.exactOptional(figure),
})

const result = v.strictObject({
  event: v.literal('result'),
  trial: count,
  to: count,
  value: v.nullable(figure),
  error: v.exactOptional(text),
  epochs: count,
  curve: v.array(curvePoint, isNot('a list')),
  seconds: figure,
  weightsSha256: v.nullable(text),
  time,
})

const ofJob = { trial: count, to: count, time }

const known = v.variant(
  'event',
  [
    sweep,
    session,
    task,
    v.strictObject({ event: v.literal('start'), ...ofJob }),
    result,
    v.strictObject({ event: v.literal('interrupted'), ...ofJob }),
    v.strictObject({ event: v.literal('retry'), trial: count, time }),
    v.strictObject({
      event: v.literal('end'),
      reason: oneOf(['finished', 'stopped', 'time', 'failed']),
      time,
    }),
  ],
  ({ input }) => `${JSON.stringify(input)} is no event of a journal`,
)

/** The event, or what is wrong with it as `path: message`. */
export function parseEvent(value: unknown): JournalEvent | string {
  const { issues, output } = v.safeParse(known, value, { abortEarly: true })
  if (issues === undefined) return output
  const [issue] = issues
  const path = v.getDotPath(issue)
  return path === null ? issue.message : `${path}: ${issue.message}`
}
