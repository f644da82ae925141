import { expect, test } from 'vitest'
import { lineChart, type Point } from '../../ts/report/charts.js'
import { palette } from '../../ts/report/palette.js'
import { lines, texts } from './svg.js'

const frame = { description: 'Error by epoch', x: 'epoch', y: 'error' }

/** Five epochs of each series, kind and panel. */
function points(series: string[], kinds: (string | undefined)[] = [undefined], panels = ['']) {
  return series.flatMap((name, i) =>
    kinds.flatMap((kind) =>
      panels.flatMap((panel) =>
        Array.from({ length: 5 }, (_, epoch): Point => {
          const more = { ...(kind ? { kind } : {}), ...(panel ? { panel } : {}) }
          return { x: epoch + 1, y: (i + 1) / (epoch + 1), series: name, ...more }
        }),
      ),
    ),
  )
}

test('a chart has one line a series and kind, in the colour of the series', async () => {
  const svg = await lineChart({ ...frame, points: points(['bp', 'fa'], ['train', 'test']) })
  expect(lines(svg).map(({ points, colour }) => [points, colour])).toEqual([
    [5, palette[0]],
    [5, palette[0]],
    [5, palette[1]],
    [5, palette[1]],
  ])
  expect(texts(svg)).toEqual(
    expect.arrayContaining(['bp', 'fa', 'train', 'test', 'epoch', 'error']),
  )
})

test('panels stand side by side, each with a heading and all its lines', async () => {
  const panels = ['hidden block 1', 'hidden block 2']
  const svg = await lineChart({
    ...frame,
    points: points(['bp', 'fa', 'dfa'], [undefined], panels),
  })
  expect(lines(svg)).toHaveLength(6)
  expect(texts(svg)).toEqual(expect.arrayContaining(panels))
})

test('a series keeps its colour in a chart where another has no line', async () => {
  const both = points(['bp', 'fa'])
  const series = ['shallow', 'bp', 'fa']
  const svg = await lineChart({ ...frame, points: both, series })
  expect(lines(svg).map(({ colour }) => colour)).toEqual([palette[1], palette[2]])
  expect(texts(svg)).not.toContain('shallow')
})

test('names of series are text, whatever they hold', async () => {
  const svg = await lineChart({ ...frame, points: points(['</svg><script>&"', 'fa']) })
  expect(svg).not.toContain('<script')
  expect(svg.match(/<\/svg>/g)).toHaveLength(1)
})

test('ink is the colour of the text around, so that a chart is seen on light and on dark', async () => {
  const svg = await lineChart({ ...frame, points: points(['bp', 'fa'], ['train', 'test']) })
  const inks = new Set([...svg.matchAll(/<text[^>]* fill="([^"]*)"/g)].map(([, fill]) => fill))
  expect([...inks]).toEqual(['currentColor'])
})

test('every colour has a contrast of 3 at least against white and near-black', () => {
  const white = luminance('#ffffff')
  const dark = luminance('#121212')
  for (const colour of palette) {
    expect((white + 0.05) / (luminance(colour) + 0.05), colour).toBeGreaterThanOrEqual(3)
    expect((luminance(colour) + 0.05) / (dark + 0.05), colour).toBeGreaterThanOrEqual(3)
  }
})

/** Relative luminance as WCAG defines it. */
function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const value = parseInt(colour.slice(at, at + 2), 16) / 255
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}
