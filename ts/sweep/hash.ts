import { createHash } from 'node:crypto'
import type { Spec } from './spec.js'

/** What no result depends on. More trials go on from fewer. */
const free = ['trials', 'workers', 'time', 'onError', 'allowTest']
const freeSettings = ['dataDir', 'threads']

/** What of a sweep its results depend on, by path, as `train.batch`. */
export function lasting({ train, parameters, ...own }: Spec): ReadonlyMap<string, unknown> {
  return new Map([
    ...entriesOf(own, free),
    ...entriesOf(train, freeSettings).map(([key, value]) => [`train.${key}`, value] as const),
    ...entriesOf(parameters).map(([key, value]) => [`parameters.${key}`, value] as const),
    // Samplers draw them in this order.
    ['the order of parameters', Object.keys(parameters)],
  ])
}

/** SHA-256 of that, hexadecimal. */
export function hashOf(spec: Spec): string {
  const text = JSON.stringify(sorted(Object.fromEntries(lasting(spec))))
  return createHash('sha256').update(text).digest('hex')
}

function entriesOf(held: object, without: readonly string[] = []): [string, unknown][] {
  return Object.entries(held).filter(([key]) => !without.includes(key))
}

/** With the keys of objects in order, in which they say nothing. */
function sorted(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(sorted)
  const inOrder = entriesOf(value).sort(([a], [b]) => (a < b ? -1 : 1))
  return Object.fromEntries(inOrder.map(([key, one]) => [key, sorted(one)]))
}
