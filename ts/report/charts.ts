import type { TopLevelSpec } from 'vega-lite'
import { palette } from './palette.js'

/** A point of a line. */
export interface Point {
  readonly x: number
  readonly y: number
  /** What the line is of: its colour and the shape of its points. */
  readonly series: string
  /** Which of several lines of a series: how it is dashed. */
  readonly kind?: string
  /** The small chart that the line stands in. */
  readonly panel?: string
}

/** Lines over one axis, in one panel or in several side by side. */
export interface LineChart {
  /** What the chart shows, for those who do not see it. */
  readonly description: string
  readonly x: string
  readonly y: string
  /** How y's ticks are written, in d3's notation; `~%` for fractions. */
  readonly yFormat?: string
  /** Range of y, where the data should not decide it. */
  readonly yDomain?: readonly [number, number]
  /** Whether each panel has a range of y of its own. */
  readonly ownY?: boolean
  /** In the order of drawing; dashes and panels are given out by first appearance. */
  readonly points: readonly Point[]
  /**
   * What colours are given out to, so that charts side by side agree; those with points if absent.
   */
  readonly series?: readonly string[]
}

const shapes = ['circle', 'square', 'triangle-up', 'diamond', 'cross', 'triangle-down']
const dashes = [
  [1, 0],
  [5, 3],
  [1, 3],
]

const distinct = (values: readonly (string | undefined)[]): string[] =>
  [...new Set(values)].filter((value) => value !== undefined)

/** The chart in the words of vega-lite. */
function specification(chart: LineChart): TopLevelSpec {
  const { points, description } = chart
  const panels = distinct(points.map(({ panel }) => panel))
  const unit = {
    width: panels.length > 1 ? 260 : 560,
    height: panels.length > 1 ? 200 : 300,
    ...layers(chart),
  }
  const shared = { description, data: { values: points.map((point) => ({ ...point })) }, config }
  if (panels.length < 2) return { ...shared, ...unit }
  const facet = { field: 'panel', type: 'nominal' as const, title: null, sort: panels }
  const resolve = chart.ownY === true ? { scale: { y: 'independent' as const } } : {}
  return { ...shared, facet, columns: 3, resolve, spec: unit }
}

/** Lines, and on them points that show a line of one epoch too. */
function layers({ points, x, y, yFormat, yDomain, series: all }: LineChart) {
  const drawn = distinct(points.map(({ series }) => series))
  const series = [...(all ?? drawn)]
  const kinds = distinct(points.map(({ kind }) => kind))
  const color = nominal('series', series, palette, { values: drawn })
  const shape = nominal('series', series, shapes, { values: drawn })
  const dash = nominal('kind', kinds, dashes, { symbolStrokeColor: INK, symbolSize: 400 })
  return {
    encoding: {
      x: { field: 'x', type: 'quantitative' as const, title: x, axis: { tickMinStep: 1 } },
      y: {
        field: 'y',
        type: 'quantitative' as const,
        title: y,
        ...(yFormat === undefined ? {} : { axis: { format: yFormat } }),
        ...(yDomain === undefined ? {} : { scale: { domain: [...yDomain] } }),
      },
      color,
    },
    layer: [
      { mark: 'line' as const, encoding: kinds.length > 1 ? { strokeDash: dash } : {} },
      { mark: { type: 'point' as const, filled: true, size: 36, opacity: 1 }, encoding: { shape } },
    ],
  }
}

/** A channel by name; values beyond the range's end start it over. */
function nominal<T>(field: string, domain: string[], range: readonly T[], legend: object) {
  const values = domain.map((_, i) => range[i % range.length] as T)
  return {
    field,
    type: 'nominal' as const,
    title: null,
    scale: { domain, range: values },
    legend,
  }
}

// Ink is the text's colour of wherever the picture stands, so that it is seen on any ground.
const INK = 'currentColor'
const text = { labelColor: INK, titleColor: INK, labelFontSize: 12, titleFontSize: 13 }
const config = {
  background: 'transparent',
  font: 'system-ui, sans-serif',
  view: { stroke: INK, strokeOpacity: 0.25 },
  axis: {
    ...text,
    titleFontWeight: 'normal' as const,
    domainColor: INK,
    tickColor: INK,
    gridColor: INK,
    gridOpacity: 0.12,
  },
  legend: { ...text, symbolBaseStrokeColor: INK },
  header: text,
}

/** The chart as a picture that needs nothing else; draws with vega, which is loaded here only. */
export async function lineChart(chart: LineChart): Promise<string> {
  const [{ parse, View, Error: onlyErrors }, { compile }] = await Promise.all([
    import('vega'),
    import('vega-lite'),
  ])
  const { spec } = compile(specification(chart))
  const view = new View(parse(spec), { renderer: 'none', logLevel: onlyErrors })
  try {
    return await view.toSVG()
  } finally {
    view.finalize()
  }
}
