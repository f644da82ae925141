import type { BegunEvent, Reached, SweepEvent, TrialEvent } from '../../sweep/events.js'
import type { Metric } from '../../sweep/workers/executor.js'
import { duration, grouped } from '../../report/format.js'
import type { PrintFlags } from '../options.js'
import { figure, metricText, ON_TEST, valuesText } from './figures.js'
import { liveLines, type LiveLines } from './liveLines.js'

type Print = (event: SweepEvent) => void

/** Prints what happens in a sweep: JSON lines on standard output, or progress on standard error. */
export function sweepPrinter({ json, quiet }: PrintFlags): Print {
  if (json === true) {
    return (event) => {
      if (event.event !== 'progress') console.log(JSON.stringify(event))
    }
  }
  if (quiet === true) return () => undefined
  const lines = liveLines()
  const view = new View()
  return lines === undefined ? plain(view) : live(view, lines)
}

/** A line for each result. */
function plain(view: View): Print {
  return (event) => {
    view.take(event)
    const text = view.lineOf(event)
    if (text !== undefined) console.error(text)
  }
}

/** Milliseconds between two drawings: quick enough to follow, and of no cost. */
const DRAWING = 100

/** Best, running and failed trials, drawn anew as they come. */
function live(view: View, lines: LiveLines): Print {
  let drawn = -Infinity
  return (event) => {
    view.take(event)
    const now = performance.now()
    if (event.event !== 'end' && now - drawn < DRAWING) return
    drawn = now
    lines.draw(view.lines())
    if (event.event === 'end') lines.end()
  }
}

/** Failures that are shown at once. */
const FAILURES = 3

/** What is known of a sweep from its events so far. */
class View {
  readonly #started = performance.now()
  #begun: BegunEvent | undefined
  #reached: Reached | undefined
  #results = 0
  readonly #running = new Map<number, TrialEvent>()
  readonly #failures: string[] = []

  take(event: SweepEvent): void {
    if (event.event === 'sweep') this.#begun = event
    if ('done' in event) this.#reached = event
    if ('trial' in event) this.#takeTrial(event)
  }

  #takeTrial(event: TrialEvent): void {
    const { trial } = event
    if (event.event === 'start' || event.event === 'progress') this.#running.set(trial, event)
    else if (event.event !== 'epoch') this.#running.delete(trial)
    if (event.event === 'result' || event.event === 'failed') this.#results++
    if (event.event !== 'failed') return
    this.#failures.push(this.#failedLine(event))
    if (this.#failures.length > FAILURES) this.#failures.shift()
  }

  /** All that is to be seen at this time. */
  lines(): string[] {
    return [
      this.#progressLine(),
      this.#bestLine(),
      ...[...this.#running.values()].map((event) => this.#runningLine(event)),
      ...this.#failures,
    ]
  }

  /** What stays to be read of an event where nothing is drawn anew. */
  lineOf(event: SweepEvent): string | undefined {
    switch (event.event) {
      case 'sweep':
        return this.#beginLine(event)
      case 'result':
        return `${this.#resultLine(event)}  ${this.#progressLine()}`
      case 'failed':
        return this.#failedLine(event)
      case 'end':
        return this.#bestLine()
      default:
        return undefined
    }
  }

  get #metric(): Metric {
    return this.#begun?.metric ?? 'validationError'
  }

  #beginLine({ folder, configurations, repeats, onTest }: BegunEvent): string {
    const times = repeats === 1 ? '' : ` × ${repeats} repeats`
    const note = onTest ? ` (${ON_TEST})` : ''
    return `${grouped(configurations)} configurations${times} in ${folder}${note}`
  }

  #progressLine(): string {
    const { done = 0, failed = 0, trials = 0 } = this.#reached ?? {}
    const parts = [
      `${grouped(done)} of ${grouped(trials)} trials`,
      failed === 0 ? '' : `${grouped(failed)} failed`,
      ...this.#pace(),
    ]
    return parts.filter((text) => text !== '').join('  ')
  }

  /** Results a minute, and the time left where anybody can know. */
  #pace(): string[] {
    const { epochs: before = 0, total = null } = this.#begun ?? {}
    const { epochs = 0 } = this.#reached ?? {}
    const seconds = (performance.now() - this.#started) / 1000
    const trained = epochs + this.#partial() - before
    const rate = ((60 * this.#results) / seconds).toPrecision(3)
    const left = total === null ? Infinity : (seconds * (total - before - trained)) / trained
    return [
      ...(this.#results > 0 ? [`${Number(rate)} results a minute`] : []),
      ...(Number.isFinite(left) ? [`ETA ${duration(left)}`] : []),
    ]
  }

  /** Epochs of what is running. */
  #partial(): number {
    const each = [...this.#running.values()].map((event) =>
      event.event === 'progress' ? event.epoch - 1 + event.step / event.steps - event.from : 0,
    )
    return each.reduce((sum, epochs) => sum + epochs, 0)
  }

  #bestLine(): string {
    const best = this.#reached?.best
    if (best === undefined) return 'no result yet'
    const { configuration, parameters, epochs, value } = best
    const note = this.#begun?.onTest === true ? ` (${ON_TEST})` : ''
    return (
      `best ${metricText[this.#metric]} ${figure(this.#metric, value)}: configuration ` +
      `${configuration} after ${epochs} epochs, ${valuesText(parameters)}${note}`
    )
  }

  #runningLine(event: TrialEvent): string {
    const { trial, from, to, parameters } = event
    const far = event.event === 'progress' ? event.epoch - 1 + event.step / event.steps : from
    const loss = event.event === 'progress' ? `loss ${event.trainLoss.toFixed(3)}  ` : ''
    const bar = barOf((far - from) / (to - from))
    return `  trial ${trial}  ${bar} epoch ${far.toFixed(1)}/${to}  ${loss}${valuesText(parameters)}`
  }

  #resultLine({ trial, seed, to, value, parameters }: TrialEvent & { event: 'result' }): string {
    const shown = `${metricText[this.#metric]} ${figure(this.#metric, value)}`
    return `trial ${trial}  ${shown} after epoch ${to}  seed=${seed} ${valuesText(parameters)}`
  }

  #failedLine({ trial, error, parameters }: TrialEvent & { event: 'failed' }): string {
    return `trial ${trial} failed: ${error}  ${valuesText(parameters)}`
  }
}

function barOf(share: number): string {
  const full = Math.round(10 * Math.min(1, Math.max(0, share)))
  return '█'.repeat(full) + '░'.repeat(10 - full)
}
