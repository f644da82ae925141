import type { PageConfiguration } from '../data.js'
import type { Axis } from './axes.js'
import { axisElement, showRanges, type Brushed } from './brushes.js'
import { html, svg } from './dom.js'
import { layoutOf, nearest, type Layout } from './layout.js'
import { Lines } from './lines.js'
import type { Filter } from './selection.js'

/** What parallel coordinates show, and whom they tell what is done to them. */
export interface ParallelOptions {
  readonly axes: readonly Axis[]
  readonly configurations: readonly PageConfiguration[]
  /** By configuration, then by axis. */
  readonly places: Float32Array
  /** By configuration. */
  readonly colours: readonly string[]
  readonly text: (configuration: PageConfiguration) => string
  readonly brushed: Brushed
}

/** Parallel coordinates: a line a configuration, over axes that can be dragged along. */
export class Parallel {
  readonly #options: ParallelOptions
  readonly #root: HTMLElement
  readonly #lines: Lines
  readonly #inner = html('div', { class: 'inner' })
  readonly #picture = svg('svg', { role: 'img', 'aria-label': 'Parallel coordinates' })
  readonly #over = svg('polyline', { class: 'over' })
  readonly #tip = html('div', { class: 'tip', hidden: '' })
  #axes: SVGGElement[] = []
  #layout: Layout
  #filter: Filter
  #selected: readonly number[] = []

  constructor(root: HTMLElement, options: ParallelOptions) {
    this.#options = options
    this.#root = root
    this.#filter = { ranges: options.axes.map(() => []), top: undefined }
    this.#lines = new Lines(options.places, options.axes.length, options.colours)
    this.#layout = layoutOf(options.axes.length, root.clientWidth)
    this.#inner.append(...this.#lines.elements, this.#picture, this.#tip)
    root.append(this.#inner)
    this.#picture.addEventListener('pointermove', (event) => {
      if (event.buttons === 0) this.#hover(event)
    })
    this.#picture.addEventListener('pointerleave', () => {
      this.highlight(undefined)
    })
    new ResizeObserver(() => {
      this.#resize()
    }).observe(root)
  }

  show(selected: readonly number[], filter: Filter): void {
    this.#selected = selected
    this.#filter = filter
    this.#lines.show(selected)
    for (const [i, axis] of this.#axes.entries()) {
      showRanges(axis, filter.ranges[i] ?? [], this.#layout)
    }
  }

  /** Draws one line above all others, or none. */
  highlight(index: number | undefined): void {
    const { axes, places } = this.#options
    const { x, y } = this.#layout
    const points = axes.map((_, i) => `${x(i)},${y(places[(index ?? 0) * axes.length + i] ?? 0)}`)
    this.#over.setAttribute('points', index === undefined ? '' : points.join(' '))
    if (index === undefined) this.#tip.hidden = true
  }

  #resize(): void {
    const { axes, brushed } = this.#options
    this.#layout = layoutOf(axes.length, this.#root.clientWidth)
    const { width, height } = this.#layout
    this.#inner.style.height = `${height}px`
    this.#picture.setAttribute('width', String(width))
    this.#picture.setAttribute('height', String(height))
    this.#axes = axes.map((axis, i) => axisElement(axis, i, this.#layout, brushed))
    this.#picture.replaceChildren(this.#over, ...this.#axes)
    this.#lines.resize(this.#layout)
    this.show(this.#selected, this.#filter)
  }

  #hover(event: PointerEvent): void {
    const { axes, places, configurations, text } = this.#options
    const corner = this.#picture.getBoundingClientRect()
    const point = { x: event.clientX - corner.left, y: event.clientY - corner.top }
    const index = nearest(this.#layout, places, axes.length, this.#selected, point)
    this.highlight(index)
    const found = index === undefined ? undefined : configurations[index]
    if (found === undefined) return
    this.#tip.textContent = text(found)
    this.#tip.hidden = false
    const left = Math.min(point.x + 14, this.#layout.width - this.#tip.offsetWidth - 4)
    this.#tip.style.left = `${left}px`
    this.#tip.style.top = `${point.y + 14}px`
  }
}
