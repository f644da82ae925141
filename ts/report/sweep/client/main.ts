/**
 * What makes a sweep's page one that can be operated: one selection, set by ranges of axes and by a
 * number of best ones, is what its lines, curves and table show.
 */
import type { PageConfiguration, PageData } from '../data.js'
import { axesOf } from './axes.js'
import { GREY, metricColour } from './colours.js'
import { Curves } from './curves.js'
import { button, html, part } from './dom.js'
import { FilterForm } from './filterForm.js'
import { Parallel } from './parallel.js'
import { selected, type Filter, type Range } from './selection.js'
import { Table } from './table.js'
import { configurationText, figureText } from './words.js'

const data = JSON.parse(part('data').textContent) as PageData
const { configurations, minimise } = data
const axes = axesOf(data)
const places = Float32Array.from(
  configurations.flatMap((one) => axes.map((axis) => axis.place(one))),
)
const none: Filter = { ranges: axes.map(() => []), top: undefined }
let filter = none
let waiting = false

const colours = configurations.map(({ value }, i) => {
  const place = places[(i + 1) * axes.length - 1] ?? 0
  return value === null ? GREY : metricColour(minimise ? place : 1 - place)
})
const text = (one: PageConfiguration): string => configurationText(one, data)

const brushed = (axis: number, ranges: readonly Range[]): void => {
  change({ ...filter, ranges: filter.ranges.with(axis, ranges) })
}
const tip = (one: PageConfiguration): string =>
  `${text(one)}: ${one.state}, ${figureText(data.metric, one.value)}`
const options = { axes, configurations, places, colours, text: tip, brushed }
const parallel = new Parallel(part('parallel'), options)
const form = new FilterForm(part('ranges'), axes, brushed)
const curves = new Curves(part('curves'), data, text)
const table = new Table(part('table'), data, (index) => {
  parallel.highlight(index)
})
const top = html('input', { type: 'number', min: 1, id: 'top' })
const count = html('output', { id: 'count', 'aria-live': 'polite' })

top.addEventListener('input', () => {
  const wanted = top.valueAsNumber
  change({ ...filter, top: wanted >= 1 ? Math.floor(wanted) : undefined })
})
const clear = button('Clear all', () => {
  top.value = ''
  change(none)
})
part('selection').append(html('label', {}, 'only the best ', top), clear, count)
show()

/** Shows another selection with the next picture: dragging changes it more often than that. */
function change(next: Filter): void {
  filter = next
  if (waiting) return
  waiting = true
  requestAnimationFrame(() => {
    waiting = false
    show()
  })
}

function show(): void {
  const indices = selected(places, filter)
  parallel.show(indices, filter)
  form.show(filter.ranges)
  curves.show(indices)
  table.show(indices)
  count.textContent = `${indices.length} of ${configurations.length} configurations`
}
