import { UsageError } from '../errors.js'

const SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 }

/**
 * Seconds of a text such as `90s`, `2h` or `1d12h`, or of a number of them. Throws `UsageError`
 * where there are none.
 */
export function parseDuration(given: string | number): number {
  if (typeof given === 'number' && given > 0 && given < Infinity) return given
  const text = String(given).trim()
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)([smhd])/g)]
  const seconds = parts.reduce(
    (sum, [, count, unit = '']) => sum + Number(count) * (SECONDS[unit] ?? NaN),
    0,
  )
  if (seconds > 0 && parts.map(([part]) => part).join('') === text) return seconds
  throw new UsageError(`${JSON.stringify(given)} is not a time such as 90s, 45m, 2h or 1d12h`)
}
