import { percent } from '../../format.js'
import type { PageConfiguration, PageData } from '../data.js'

/** A number as short as four digits make it. */
export function numberText(value: number): string {
  const short = Number(value.toPrecision(4))
  const size = Math.abs(short)
  return size !== 0 && (size < 1e-3 || size >= 1e6) ? short.toExponential() : String(short)
}

/** A parameter's value, or a dash. */
export function parameterText(value: string | number | boolean | null): string {
  if (value === null) return '–'
  return typeof value === 'number' ? numberText(value) : String(value)
}

/** A figure of training, as people read it: errors are per cents. */
export function figureText(figure: string, value: number | null): string {
  if (value === null) return '–'
  return figure.endsWith('Error') ? percent(value) : numberText(value)
}

/** A configuration in a line. */
export function configurationText(
  { configuration, values }: Pick<PageConfiguration, 'configuration' | 'values'>,
  { parameters }: Pick<PageData, 'parameters'>,
): string {
  const known = parameters.flatMap(({ name }, i) => {
    const value = values[i] ?? null
    return value === null ? [] : [`${name} ${parameterText(value)}`]
  })
  return `#${configuration} ${known.join(', ')}`
}
