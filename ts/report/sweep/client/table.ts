import type { PageConfiguration, PageData } from '../data.js'
import { csvOf } from './csv.js'
import { button, html } from './dom.js'
import { sorted } from './sorting.js'
import { figureText, parameterText } from './words.js'

type Cell = string | number | boolean | null

interface Column {
  readonly title: string
  readonly key: (one: PageConfiguration) => Cell
  readonly text: (one: PageConfiguration) => string
}

/** Rows in the page at once: ten thousand would keep a browser busy for seconds. */
const ROWS = 100

/** The table of what is selected: sorted by a column, a page at a time, and as a file. */
export class Table {
  readonly #data: PageData
  readonly #columns: readonly Column[]
  readonly #heads: readonly HTMLTableCellElement[]
  readonly #body = html('tbody')
  readonly #where = html('span', { id: 'table-where', 'aria-live': 'polite' })
  readonly #highlight: (index: number | undefined) => void
  #order: { readonly column: number; readonly descending: boolean } | undefined
  #selected: readonly number[] = []
  #page = 0

  constructor(root: HTMLElement, data: PageData, highlight: (index: number | undefined) => void) {
    this.#data = data
    this.#highlight = highlight
    this.#columns = columnsOf(data)
    this.#heads = this.#columns.map(({ title }, i) =>
      html(
        'th',
        { scope: 'col' },
        button(title, () => {
          this.#sort(i)
        }),
      ),
    )
    const head = html('tr', {}, ...this.#heads, html('th', { scope: 'col' }, 'trials'))
    const table = html('table', {}, html('thead', {}, head), this.#body)
    root.append(this.#controls(), html('div', { class: 'scroll' }, table))
  }

  show(selected: readonly number[]): void {
    this.#selected = selected
    this.#page = 0
    this.#draw()
  }

  #controls(): HTMLElement {
    const turn = (by: number) => (): void => {
      const last = Math.max(0, Math.ceil(this.#selected.length / ROWS) - 1)
      this.#page = Math.max(0, Math.min(last, this.#page + by))
      this.#draw()
    }
    const save = button('Save as CSV', () => {
      this.#save()
    })
    const [before, after] = [button('Previous', turn(-1)), button('Next', turn(1))]
    return html('p', { class: 'controls' }, save, before, after, this.#where)
  }

  #sort(column: number): void {
    const again = this.#order?.column === column
    this.#order = { column, descending: again && !(this.#order?.descending ?? false) }
    for (const [i, head] of this.#heads.entries()) {
      if (i !== column) head.removeAttribute('aria-sort')
      else head.setAttribute('aria-sort', this.#order.descending ? 'descending' : 'ascending')
    }
    this.#page = 0
    this.#draw()
  }

  /** What is selected, in the order shown; the best first until a column is chosen. */
  #ordered(): readonly number[] {
    const column = this.#columns[this.#order?.column ?? -1]
    if (column === undefined) return this.#selected
    const { configurations } = this.#data
    return sorted(configurations, this.#selected, column.key, this.#order?.descending ?? false)
  }

  #draw(): void {
    const first = this.#page * ROWS
    const shown = this.#ordered().slice(first, first + ROWS)
    this.#body.replaceChildren(...shown.map((index) => this.#row(index)))
    const all = this.#selected.length
    const range = all === 0 ? 'none' : `${first + 1} to ${first + shown.length}`
    this.#where.textContent = `${range} of ${all} configurations`
  }

  #row(index: number): HTMLTableRowElement {
    const one = this.#data.configurations[index]
    if (one === undefined) return html('tr')
    const cells = this.#columns.map(({ text }, i) =>
      i === 0 ? html('th', { scope: 'row' }, text(one)) : html('td', {}, text(one)),
    )
    const row = html('tr', {}, ...cells, html('td', {}, this.#trials(one)))
    for (const type of ['pointerenter', 'focusin']) {
      row.addEventListener(type, () => {
        this.#highlight(index)
      })
    }
    for (const type of ['pointerleave', 'focusout']) {
      row.addEventListener(type, () => {
        this.#highlight(undefined)
      })
    }
    return row
  }

  #trials({ trials }: PageConfiguration): HTMLElement {
    const items = trials.map(({ trial, seed, state, metric, epochs, error }) => {
      const text = `trial ${trial}, seed ${seed}: ${state}, ${epochs} epochs`
      const came = metric === null ? '' : `, ${figureText(this.#data.metric, metric)}`
      return html('li', {}, text + came + (error === undefined ? '' : `: ${error}`))
    })
    const summary = html('summary', {}, String(trials.length))
    return html('details', {}, summary, html('ul', {}, ...items))
  }

  /** What is selected, all pages of it, as a file. */
  #save(): void {
    const { configurations } = this.#data
    const rows = this.#ordered().flatMap((index) => configurations[index] ?? [])
    const blob = new Blob([csvOf(this.#data, rows)], { type: 'text/csv' })
    const href = URL.createObjectURL(blob)
    html('a', { href, download: 'sweep.csv' }).click()
    // The download has begun by then, and has its own hold of what it reads.
    setTimeout(() => {
      URL.revokeObjectURL(href)
    }, 60_000)
  }
}

function columnsOf({ parameters, metric }: PageData): Column[] {
  const number = (one: PageConfiguration): number => one.configuration
  const parameterColumns = parameters.map(({ name }, i): Column => {
    const key = (one: PageConfiguration): Cell => one.values[i] ?? null
    return { title: name, key, text: (one) => parameterText(key(one)) }
  })
  const value = (one: PageConfiguration): number | null => one.value
  return [
    { title: 'configuration', key: number, text: (one) => String(number(one)) },
    ...parameterColumns,
    { title: metric, key: value, text: (one) => figureText(metric, value(one)) },
    { title: 'state', key: ({ state }) => state, text: ({ state }) => state },
    { title: 'epochs', key: ({ epochs }) => epochs, text: ({ epochs }) => String(epochs) },
  ]
}
