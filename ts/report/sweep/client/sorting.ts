import type { PageConfiguration } from '../data.js'

type Key = string | number | boolean | null

/** Indices by a key of their configurations, those without one last in either direction. */
export function sorted(
  configurations: readonly PageConfiguration[],
  indices: readonly number[],
  key: (one: PageConfiguration) => Key,
  descending: boolean,
): number[] {
  const keyed = indices.flatMap((index) => {
    const one = configurations[index]
    return one === undefined ? [] : [{ index, key: key(one) }]
  })
  const sign = descending ? -1 : 1
  keyed.sort((a, b) => {
    if (a.key === null || b.key === null) return Number(a.key === null) - Number(b.key === null)
    return sign * compareKeys(a.key, b.key)
  })
  return keyed.map(({ index }) => index)
}

function compareKeys(a: string | number | boolean, b: string | number | boolean): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b
  return String(a).localeCompare(String(b), 'en', { numeric: true })
}
