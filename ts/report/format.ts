/** Figures as people read them. */

/** A fraction in per cent. */
export function percent(fraction: number): string {
  return `${(100 * fraction).toFixed(2)} %`
}

/** Degrees from the input side up. */
export function anglesText(angles: readonly (number | null)[]): string {
  return angles.map((angle) => (angle === null ? '–' : `${angle.toFixed(0)}°`)).join(' ')
}

/** Seconds as 1:02:03 or 2:03. */
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds))
  const [h, m, s] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60]
  const two = (value: number): string => String(value).padStart(2, '0')
  return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`
}

/** A whole number with its thousands apart. */
export function grouped(count: number): string {
  // Not `toLocaleString`, whose tables take longer to load than all of this package.
  return String(count).replaceAll(/\B(?=(\d{3})+$)/g, ',')
}

/** Bytes as `9.91 MB`, in powers of a thousand. */
export function bytesText(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB']
  let [value, unit] = [bytes, 0]
  while (value >= 999.5 && unit < units.length - 1) [value, unit] = [value / 1000, unit + 1]
  return `${unit === 0 ? value.toFixed(0) : value.toPrecision(3)} ${units[unit]}`
}

/** A setting's value: texts as they are, all else as JSON. */
export function valueText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}
