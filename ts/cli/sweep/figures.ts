import { percent } from '../../report/format.js'
import type { Parameters } from '../../sweep/job.js'
import type { Metric } from '../../sweep/workers/executor.js'

/** A metric as people call it; that of the test set with a warning. */
export const metricText: Readonly<Record<Metric, string>> = {
  validationError: 'validation error',
  trainError: 'training error',
  trainLoss: 'training loss',
  testError: 'TEST error',
}

/** What every output of a sweep on test errors says. */
export const ON_TEST =
  'chosen on the test set: these figures say nothing of new data, and no other test set was kept'

/** A metric's value as people read it. */
export function figure(metric: Metric, value: number | null | undefined): string {
  if (value === undefined || value === null || !Number.isFinite(value)) return '–'
  return metric === 'trainLoss' ? value.toFixed(4) : percent(value)
}

/** `rule=fa learningRate=0.1`: numbers to four digits, which a line has room for. */
export function valuesText(parameters: Parameters): string {
  const entries = Object.entries(parameters).map(([key, value]) => {
    return `${key}=${typeof value === 'number' ? Number(value.toPrecision(4)) : value}`
  })
  return entries.join(' ')
}
