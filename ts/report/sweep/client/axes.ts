import type { PageConfiguration, PageData, ReportParameter } from '../data.js'
import { extent, scale, wantsLog, type Scale } from './scales.js'
import { figureText, numberText, parameterText } from './words.js'

/** What stands on an axis: a parameter's value, or null for none. */
type AxisValue = string | number | boolean | null

/** One of the parallel coordinates. Places go from 0, its lower end, to 1. */
export interface Axis {
  readonly name: string
  readonly title: string
  /** Of a configuration; `ABSENT` where it has no value here. */
  readonly place: (configuration: PageConfiguration) => number
  readonly ticks: readonly Tick[]
  /** Of numbers; undefined where values are choices, one a tick. */
  readonly scale?: Scale
  /** Whether some configuration has no value here. */
  readonly absence: boolean
}

export interface Tick {
  readonly place: number
  readonly text: string
}

/** The place of what is absent: below the line, on a stretch of its own. */
export const ABSENT = -0.12

/** An axis a parameter, and a last one of the metric. */
export function axesOf(data: PageData): Axis[] {
  const { configurations, parameters } = data
  const axes = parameters.map((parameter, i) => {
    const absence = configurations.some(({ values }) => values[i] === null)
    const value = (one: PageConfiguration): AxisValue => one.values[i] ?? null
    return { ...axisOf(parameter, value), absence }
  })
  return [...axes, metricAxis(data)]
}

function axisOf(
  parameter: ReportParameter,
  value: (one: PageConfiguration) => AxisValue,
): Omit<Axis, 'absence'> {
  const { name } = parameter
  if (parameter.kind === 'number') {
    const own = scale(parameter.min, parameter.max, parameter.log)
    const title = parameter.log ? `${name} (log)` : name
    return { name, title, ...numbers(own, numberText, value) }
  }
  const { choices } = parameter
  const at = (i: number): number => (choices.length === 1 ? 0.5 : i / (choices.length - 1))
  const places = new Map<AxisValue, number>(choices.map((choice, i) => [choice, at(i)]))
  return {
    name,
    title: name,
    place: (one) => places.get(value(one)) ?? ABSENT,
    ticks: choices.map((choice, i) => ({ place: at(i), text: parameterText(choice) })),
  }
}

function numbers(
  own: Scale,
  text: (value: number) => string,
  value: (one: PageConfiguration) => AxisValue,
): Pick<Axis, 'place' | 'ticks' | 'scale'> {
  return {
    place: (one) => {
      const known = value(one)
      // A range may have been made narrower since a value was drawn: that lies at its end then.
      return typeof known === 'number' ? Math.max(0, Math.min(1, own.place(known))) : ABSENT
    },
    ticks: own.ticks.map((tick) => ({ place: own.place(tick), text: text(tick) })),
    scale: own,
  }
}

function metricAxis({ configurations, metric }: PageData): Axis {
  const values = configurations.map(({ value }) => value)
  const known = values.filter((value) => value !== null)
  const log = wantsLog(known)
  const own = scale(...extent(known), log)
  const text = (value: number): string => figureText(metric, value)
  return {
    name: metric,
    title: log ? `${metric} (log)` : metric,
    ...numbers(own, text, ({ value }) => value),
    absence: values.includes(null),
  }
}
