import { ABSENT, type Axis } from './axes.js'
import type { Brushed } from './brushes.js'
import { html } from './dom.js'
import { within, type Range } from './selection.js'

/** The ranges of all axes as fields, so that they can be set without a mouse, and to a value. */
export class FilterForm {
  readonly #fields: readonly AxisFields[]

  constructor(root: HTMLElement, axes: readonly Axis[], brushed: Brushed) {
    this.#fields = axes.map((axis, i) => {
      const tell = (ranges: readonly Range[]): void => {
        brushed(i, ranges)
      }
      return axis.scale === undefined ? new ChoiceFields(axis, tell) : new NumberFields(axis, tell)
    })
    root.append(...this.#fields.map(({ element }) => element))
  }

  show(ranges: readonly (readonly Range[])[]): void {
    for (const [i, fields] of this.#fields.entries()) fields.show(ranges[i] ?? [])
  }
}

interface AxisFields {
  readonly element: HTMLElement
  readonly show: (ranges: readonly Range[]) => void
}

type Tell = (ranges: readonly Range[]) => void

const single = (place: number): Range => [place, place]
const absent = single(ABSENT)

/** A box a choice, all checked where nothing is filtered. */
class ChoiceFields implements AxisFields {
  readonly element: HTMLElement
  readonly #boxes: readonly (readonly [place: number, box: HTMLInputElement])[]

  constructor({ name, ticks, absence }: Axis, tell: Tell) {
    const all = [...ticks, ...(absence ? [{ place: ABSENT, text: 'none' }] : [])]
    const labelled = all.map(({ place, text }) => ({ place, ...checkBox(text) }))
    this.#boxes = labelled.map(({ place, box }) => [place, box])
    const labels = labelled.map(({ label }) => label)
    this.element = html('fieldset', {}, html('legend', {}, name), ...labels)
    this.element.addEventListener('change', () => {
      const checked = this.#boxes.filter(([, box]) => box.checked)
      tell(checked.length === all.length ? [] : checked.map(([place]) => single(place)))
    })
  }

  show(ranges: readonly Range[]): void {
    for (const [place, box] of this.#boxes) {
      box.checked = ranges.length === 0 || within(ranges, place)
    }
  }
}

/** From and to, and whether those without a value are wanted. */
class NumberFields implements AxisFields {
  readonly element: HTMLElement
  readonly #axis: Axis
  readonly #from = html('input', { type: 'number', step: 'any' })
  readonly #to = html('input', { type: 'number', step: 'any' })
  readonly #absence = checkBox('none')

  constructor(axis: Axis, tell: Tell) {
    this.#axis = axis
    const from = html('label', {}, 'from ', this.#from)
    const to = html('label', {}, 'to ', this.#to)
    const absence = axis.absence ? [this.#absence.label] : []
    this.element = html('fieldset', {}, html('legend', {}, axis.name), from, to, ...absence)
    this.element.addEventListener('change', () => {
      tell(this.#ranges())
    })
  }

  #ranges(): Range[] {
    const { scale, absence } = this.#axis
    const empty = this.#from.value === '' && this.#to.value === ''
    const missing = this.#absence.box.checked || !absence
    if (empty && missing) return []
    const end = (field: HTMLInputElement, otherwise: number): number => {
      const place = field.value === '' ? NaN : (scale?.place(field.valueAsNumber) ?? NaN)
      return Number.isFinite(place) ? place : otherwise
    }
    const range: Range = [end(this.#from, 0), end(this.#to, 1)]
    return [range, ...(absence && missing ? [absent] : [])]
  }

  show(ranges: readonly Range[]): void {
    const [low, high] = ranges.find(([, end]) => end >= 0) ?? []
    // What is being written must not change under the writer's hands.
    for (const [field, place] of [
      [this.#from, low],
      [this.#to, high],
    ] as const) {
      if (field !== document.activeElement) field.value = this.#text(place)
    }
    this.#absence.box.checked = ranges.length === 0 || within(ranges, ABSENT)
  }

  #text(place: number | undefined): string {
    if (place === undefined) return ''
    const clamped = Math.max(0, Math.min(1, place))
    return String(Number((this.#axis.scale?.at(clamped) ?? NaN).toPrecision(4)))
  }
}

function checkBox(text: string): { label: HTMLLabelElement; box: HTMLInputElement } {
  const box = html('input', { type: 'checkbox', checked: '' })
  return { label: html('label', {}, box, ` ${text}`), box }
}
