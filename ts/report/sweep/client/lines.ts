import { GREY } from './colours.js'
import { html } from './dom.js'
import type { Layout } from './layout.js'

/**
 * Lines of configurations on two canvases, as ten thousand elements would be too slow: all of them
 * in grey, painted once, and above those the selected ones in colour.
 */
export class Lines {
  readonly elements: readonly [all: HTMLCanvasElement, selected: HTMLCanvasElement]
  readonly #places: Float32Array
  readonly #axes: number
  /** By configuration. */
  readonly #colours: readonly string[]
  #layout: Layout | undefined

  constructor(places: Float32Array, axes: number, colours: readonly string[]) {
    this.#places = places
    this.#axes = axes
    this.#colours = colours
    this.elements = [html('canvas'), html('canvas')]
  }

  /** Makes the canvases as large as the picture, and paints all lines in grey. */
  resize(layout: Layout): void {
    this.#layout = layout
    const density = window.devicePixelRatio
    for (const canvas of this.elements) {
      canvas.width = Math.round(layout.width * density)
      canvas.height = Math.round(layout.height * density)
      canvas.style.width = `${layout.width}px`
      canvas.style.height = `${layout.height}px`
      canvas.getContext('2d')?.scale(density, density)
    }
    const all = this.#colours.map((_, index) => index)
    this.#paint(this.elements[0], all, () => GREY)
  }

  /** Paints these in colour, the best, which stand first, on top. */
  show(selected: readonly number[]): void {
    const context = this.elements[1].getContext('2d')
    if (this.#layout === undefined || context === null) return
    context.clearRect(0, 0, this.#layout.width, this.#layout.height)
    this.#paint(this.elements[1], selected.toReversed(), (index) => this.#colours[index] ?? GREY)
    const none = selected.length === this.#colours.length
    this.elements[0].style.opacity = none ? '0' : '0.35'
    this.elements[1].dataset['lines'] = String(selected.length)
  }

  /** Neighbours of one colour are one stroke. */
  #paint(canvas: HTMLCanvasElement, indices: readonly number[], colour: (i: number) => string) {
    const context = canvas.getContext('2d')
    if (context === null) return
    context.lineWidth = indices.length > 500 ? 1 : 1.5
    context.globalAlpha = Math.max(0.1, Math.min(0.9, 12 / Math.sqrt(indices.length)))
    let painted = ''
    for (const index of indices) {
      const wanted = colour(index)
      if (wanted !== painted) {
        if (painted !== '') context.stroke()
        context.beginPath()
        context.strokeStyle = painted = wanted
      }
      this.#trace(context, index)
    }
    if (painted !== '') context.stroke()
  }

  #trace(context: CanvasRenderingContext2D, index: number): void {
    const { x, y } = this.#layout ?? { x: () => 0, y: () => 0 }
    for (let axis = 0; axis < this.#axes; axis++) {
      const place = this.#places[index * this.#axes + axis] ?? 0
      if (axis === 0) context.moveTo(x(axis), y(place))
      else context.lineTo(x(axis), y(place))
    }
  }
}
