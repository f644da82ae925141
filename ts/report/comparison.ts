import type { TrainingEvent } from '../training/events.js'
import type { Point } from './charts.js'
import { anglesText, duration, percent } from './format.js'

/** An event of a run, with the rule it trained by. */
export type RuleEvent = TrainingEvent & { readonly rule: string }

type Of<Kind extends RuleEvent['event']> = Extract<RuleEvent, { event: Kind }>

/** What a rule came to. */
export interface Row {
  readonly rule: string
  /** Fractions. */
  readonly testError?: number
  readonly validationError?: number
  /** Of training, without evaluation. */
  readonly seconds: number
  readonly samplesPerSecond: number
  /** Degrees after the last epoch, per hidden block from the input side. */
  readonly angles: readonly (number | null)[]
}

/** The rules whose training came to its end, in the order of their events. */
export function rows(events: readonly RuleEvent[]): Row[] {
  return ofKind(events, 'done').map((done) => {
    const { rule, testError, validationError, seconds } = done
    const last = ofKind(events, 'epoch').findLast((epoch) => epoch.rule === rule)
    return {
      rule,
      ...(testError === undefined ? {} : { testError }),
      ...(validationError === undefined ? {} : { validationError }),
      seconds,
      samplesPerSecond: last?.samplesPerSecond ?? 0,
      angles: last?.angles ?? [],
    }
  })
}

/** A row as people read it; a column without any figure is left out. */
export function cells(all: readonly Row[]): Record<string, string>[] {
  const error = (fraction: number | undefined): string =>
    fraction === undefined ? '–' : percent(fraction)
  const has = (key: 'testError' | 'validationError'): boolean =>
    all.some((row) => row[key] !== undefined)
  return all.map((row) => ({
    rule: row.rule,
    ...(has('validationError') ? { 'validation error': error(row.validationError) } : {}),
    ...(has('testError') ? { 'test error': error(row.testError) } : {}),
    time: duration(row.seconds),
    'samples/s': row.samplesPerSecond.toFixed(0),
    angles: anglesText(row.angles),
  }))
}

/** Error per epoch: of training with the weights that each batch met, else after the epoch. */
export function errorPoints(events: readonly RuleEvent[]): Point[] {
  // Before training, at epoch 0, it is chance's: that would flatten all that follows.
  const trained = ofKind(events, 'epoch').filter(({ epoch }) => epoch > 0)
  const points = (kind: string, value: (event: Of<'epoch'>) => number | null | undefined) =>
    trained.flatMap((event) => {
      const y = value(event) ?? undefined
      return y === undefined ? [] : [{ x: event.epoch, y, series: event.rule, kind }]
    })
  return [
    ...points('test', ({ testError }) => testError),
    ...points('validation', ({ validationError }) => validationError),
    ...points('train', ({ trainError }) => trainError),
  ]
}

/** Degrees per epoch, rule and hidden block; none where a block has no signal. */
export function anglePoints(events: readonly RuleEvent[]): Point[] {
  return ofKind(events, 'epoch').flatMap(({ rule, epoch, angles }) =>
    angles.flatMap((y, block) =>
      y === null ? [] : [{ x: epoch, y, series: rule, panel: `hidden block ${block + 1}` }],
    ),
  )
}

const startKeys = [
  'network',
  'parameters',
  'learningRate',
  'weightScale',
  'epochs',
  'batch',
  'seed',
  'engine',
  'kernel',
  'threads',
] as const

/** What the runs were told and found at their start: one value, or one a rule. */
export function startSettings(events: readonly RuleEvent[]): Record<string, string> {
  const starts = ofKind(events, 'start')
  if (starts.length === 0) return {}
  const text = (value: (start: Of<'start'>) => string): string => {
    const values = starts.map(value)
    if (new Set(values).size === 1) return values[0] ?? ''
    return starts.map((start, i) => `${values[i] ?? ''} (${start.rule})`).join(', ')
  }
  return {
    ...Object.fromEntries(startKeys.map((key) => [key, text((start) => String(start[key]))])),
    examples: text(
      ({ train, validation, test }) =>
        `${train} to train on, ${validation} to validate, ${test} to test`,
    ),
  }
}

function ofKind<Kind extends RuleEvent['event']>(
  events: readonly RuleEvent[],
  kind: Kind,
): Of<Kind>[] {
  return events.filter((event): event is Of<Kind> => event.event === kind)
}
