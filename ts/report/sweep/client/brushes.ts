import { ABSENT, type Axis } from './axes.js'
import { svg } from './dom.js'
import type { Layout } from './layout.js'
import type { Range } from './selection.js'

/** What is told when somebody drags along an axis, or clicks it, which clears it. */
export type Brushed = (axis: number, ranges: readonly Range[]) => void

/** Pixels to both sides of an axis where it can be dragged along. */
const REACH = 16

/** An axis: its line, ticks and title, and what has been dragged over. */
export function axisElement(
  axis: Axis,
  number: number,
  layout: Layout,
  brushed: Brushed,
): SVGGElement {
  const { x, y } = layout
  const made = svg('g', { class: 'axis', transform: `translate(${x(number)} 0)` })
  const title = svg('text', { class: 'title', y: y(1) - 18 }, shortened(axis.title))
  title.append(svg('title', {}, axis.title))
  made.append(svg('line', { y1: y(1), y2: y(0) }), title, ...axis.ticks.map(tickElement(layout)))
  if (axis.absence) made.append(tickElement(layout)({ place: ABSENT, text: 'none' }))
  made.append(svg('g', { class: 'ranges' }), reachElement(number, layout, brushed))
  return made
}

const tickElement =
  ({ y }: Layout) =>
  ({ place, text }: { readonly place: number; readonly text: string }): SVGGElement => {
    const at = svg('g', { class: 'tick', transform: `translate(0 ${y(place)})` })
    const label = svg('text', { x: 7, dy: '0.32em' }, shortened(text))
    label.append(svg('title', {}, text))
    at.append(svg('line', { x1: -4, x2: 4 }), label)
    return at
  }

const shortened = (text: string): string => (text.length > 20 ? `${text.slice(0, 19)}…` : text)

/** Shows the ranges of an axis. */
export function showRanges(axis: SVGGElement, ranges: readonly Range[], { y }: Layout): void {
  const rectangles = ranges.map(([low, high]) =>
    svg('rect', { x: -8, width: 16, y: y(high) - 3, height: y(low) - y(high) + 6, rx: 3 }),
  )
  axis.querySelector('.ranges')?.replaceChildren(...rectangles)
}

/** The part of an axis that listens: a drag over at least 3 pixels selects, less clears. */
function reachElement(number: number, layout: Layout, brushed: Brushed): SVGRectElement {
  const { y, placeAt, height } = layout
  const [top, bottom] = [y(1) - 10, Math.min(height, y(ABSENT) + 10)]
  const reach = svg('rect', {
    class: 'reach',
    x: -REACH,
    width: 2 * REACH,
    y: top,
    height: bottom - top,
  })
  let start: number | undefined
  const at = (event: PointerEvent): number =>
    event.clientY - reach.getBoundingClientRect().top + top
  reach.addEventListener('pointerdown', (event) => {
    start = at(event)
    reach.setPointerCapture(event.pointerId)
  })
  reach.addEventListener('pointermove', (event) => {
    if (start === undefined) return
    const [low, high] = [start, at(event)].map(placeAt).sort((a, b) => a - b)
    const far = Math.abs(at(event) - start) >= 3
    brushed(number, far ? [[low ?? 0, high ?? 1]] : [])
  })
  reach.addEventListener('pointerup', (event) => {
    if (start !== undefined && Math.abs(at(event) - start) < 3) brushed(number, [])
    start = undefined
  })
  reach.addEventListener('pointercancel', () => (start = undefined))
  return reach
}
