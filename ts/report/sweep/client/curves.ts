import { palette } from '../../palette.js'
import type { Curve, PageConfiguration, PageData } from '../data.js'
import { GREY } from './colours.js'
import { html, svg } from './dom.js'
import { extent, scale, wantsLog, type Scale } from './scales.js'
import { figureText } from './words.js'

/** Of the picture and its edges, in pixels where it is as wide as it can be. */
const SIZE = { width: 720, height: 340, left: 80, right: 60, top: 12, bottom: 44 }

interface Drawn {
  readonly one: PageConfiguration
  readonly curve: Curve
  readonly colour: string
  /** Tells apart those that share a colour. */
  readonly dash: string
}

const dashes = ['', '6 3', '2 3', '8 3 2 3']

/** Learning curves of some configurations: the mean of repeats, and its deviation as a band. */
export class Curves {
  readonly #root: HTMLElement
  readonly #data: PageData
  readonly #text: (configuration: PageConfiguration) => string
  readonly #picture = svg('svg', { viewBox: `0 0 ${SIZE.width} ${SIZE.height}`, role: 'img' })
  readonly #legend = html('ul', { class: 'legend' })
  readonly #most = html('input', { type: 'number', min: 1, max: 100, value: 8, id: 'curves-most' })
  readonly #figure = html('select', { id: 'curves-figure' })
  #selected: readonly number[] = []

  constructor(root: HTMLElement, data: PageData, text: (one: PageConfiguration) => string) {
    this.#root = root
    this.#data = data
    this.#text = text
    this.#figure.append(...data.figures.map((name) => html('option', {}, name)))
    if (data.figures.some((name) => name === data.metric)) this.#figure.value = data.metric
    const most = html('label', {}, 'best ', this.#most, ' of what is selected')
    const figure = html('label', {}, 'figure ', this.#figure)
    this.#picture.setAttribute('class', 'curves')
    root.append(html('p', { class: 'controls' }, figure, most), this.#picture, this.#legend)
    root.addEventListener('change', () => {
      this.#draw()
    })
  }

  show(selected: readonly number[]): void {
    this.#selected = selected
    this.#draw()
  }

  #draw(): void {
    const figure = this.#figure.value as keyof PageConfiguration['curves']
    const drawn = this.#wanted(figure)
    this.#picture.setAttribute('aria-label', `${figure} by epoch, ${drawn.length} configurations`)
    this.#root.dataset['curves'] = String(drawn.length)
    const values = drawn.flatMap(({ curve }) => ends(curve)).filter(Number.isFinite)
    const means = drawn.flatMap(({ curve }) => curve.mean)
    const log = wantsLog(means)
    const x = scale(...extent(drawn.flatMap(({ curve }) => curve.epochs)), false)
    const y = scale(...extent(log ? means : values), log)
    const lines = drawn.map((one) => lineElement(one, x, y, this.#text(one.one)))
    this.#picture.replaceChildren(...frame(x, y, figure), ...lines, ...labels(drawn, y))
    this.#legend.replaceChildren(
      ...drawn.map(({ one, colour, dash }) =>
        html('li', {}, swatch(colour, dash), ` ${this.#text(one)}: `, endText(one, figure)),
      ),
    )
  }

  #wanted(figure: keyof PageConfiguration['curves']): Drawn[] {
    const most = Math.max(1, Math.min(100, this.#most.valueAsNumber || 8))
    const drawn: Drawn[] = []
    for (const index of this.#selected) {
      const one = this.#data.configurations[index]
      const curve = one?.curves[figure]
      if (one === undefined || curve === undefined) continue
      const colour = palette[drawn.length % palette.length] ?? GREY
      const dash = dashes[Math.floor(drawn.length / palette.length) % dashes.length] ?? ''
      drawn.push({ one, curve, colour, dash })
      if (drawn.length === most) break
    }
    return drawn
  }
}

/** Lowest and highest of the band. */
function ends({ mean, deviation }: Curve): number[] {
  return mean.flatMap((value, i) => [value - (deviation[i] ?? 0), value + (deviation[i] ?? 0)])
}

function endText({ curves }: PageConfiguration, figure: keyof PageConfiguration['curves']): string {
  const { mean = [], deviation = [] } = curves[figure] ?? {}
  const text = (value: number | null | undefined): string => figureText(figure, value ?? null)
  const spread = deviation.at(-1) ?? null
  return spread === null ? text(mean.at(-1)) : `${text(mean.at(-1))} ± ${text(spread)}`
}

const across = (x: Scale, epoch: number): number =>
  SIZE.left + x.place(epoch) * (SIZE.width - SIZE.left - SIZE.right)
/** What a logarithm has no place for lies at the lower end. */
function down(y: Scale, value: number): number {
  const place = y.place(value)
  const inside = Number.isFinite(place) ? Math.max(0, Math.min(1, place)) : 0
  return SIZE.top + (1 - inside) * (SIZE.height - SIZE.top - SIZE.bottom)
}

function lineElement({ curve, colour, dash }: Drawn, x: Scale, y: Scale, text: string) {
  const { epochs, mean, deviation } = curve
  const point = (i: number, value: number): string =>
    `${across(x, epochs[i] ?? 0).toFixed(1)},${down(y, value).toFixed(1)}`
  const upper = mean.map((value, i) => point(i, value + (deviation[i] ?? 0)))
  const lower = mean.map((value, i) => point(i, value - (deviation[i] ?? 0))).toReversed()
  const style = { stroke: colour, 'stroke-dasharray': dash }
  const group = svg('g', { class: 'curve' }, svg('title', {}, text))
  group.append(
    svg('polygon', { points: [...upper, ...lower].join(' '), fill: colour }),
    svg('polyline', { points: mean.map((value, i) => point(i, value)).join(' '), ...style }),
    ...mean.map((value, i) => {
      const [cx = '', cy = ''] = point(i, value).split(',')
      return svg('circle', { cx, cy, r: 2, fill: colour })
    }),
  )
  return group
}

/** Numbers of configurations behind their lines, moved apart where they would overlap. */
function labels(drawn: readonly Drawn[], y: Scale): SVGTextElement[] {
  const wanted = drawn.map(({ one, curve, colour }) => {
    const text = `#${one.configuration}`
    const at = down(y, curve.mean.at(-1) ?? 0) + 4
    const label = svg('text', { x: SIZE.width - SIZE.right + 6, class: 'label' }, text)
    label.style.fill = colour
    return { at, label }
  })
  wanted.sort((a, b) => b.at - a.at)
  let free = SIZE.height
  for (const { at, label } of wanted) {
    free = Math.min(at, free - 12)
    label.setAttribute('y', String(free))
  }
  return wanted.map(({ label }) => label)
}

function frame(x: Scale, y: Scale, figure: string): SVGElement[] {
  const bottom = SIZE.height - SIZE.bottom
  const rows = y.ticks.map((tick) => {
    const at = down(y, tick)
    return svg(
      'g',
      { class: 'tick' },
      svg('line', { x1: SIZE.left, x2: SIZE.width - SIZE.right, y1: at, y2: at }),
      svg('text', { x: SIZE.left - 8, y: at + 4, 'text-anchor': 'end' }, figureText(figure, tick)),
    )
  })
  const columns = x.ticks
    .filter(Number.isInteger)
    .map((tick) =>
      svg('text', { x: across(x, tick), y: bottom + 18, 'text-anchor': 'middle' }, String(tick)),
    )
  const middle = (SIZE.left + SIZE.width - SIZE.right) / 2
  const title = svg('text', { x: middle, y: SIZE.height - 6, 'text-anchor': 'middle' }, 'epoch')
  return [...rows, ...columns, title]
}

function swatch(colour: string, dash: string): SVGSVGElement {
  const line = svg('line', { x2: 28, y1: 6, y2: 6, stroke: colour, 'stroke-dasharray': dash })
  return svg('svg', { width: 28, height: 12, 'aria-hidden': 'true' }, line)
}
