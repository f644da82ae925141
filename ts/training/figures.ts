import type { Metrics } from '../engine/index.js'
import type { BlockDiagnostics } from './diagnostics.js'

/** What the sums of a probe say of a block whose activation has so many units. */
export function figures(sums: Sums, block: number, units: number): BlockDiagnostics {
  const weight = sums.of(`weight.${block}`)
  const signal = sums.of(`signal.${block}`)
  const size = weight ?? sums.of(`size.${block}`)
  const share = (what: string, of: number): number | null => {
    const count = sums.one(`${what}.${block}`)
    return count === undefined ? null : count / of
  }
  return {
    signalAngle: angle(signal),
    pseudoinverseAngle: angle(sums.of(`inverse.${block}`)),
    updateAngle: angle(sums.of(`update.${block}`)),
    weightAngle: angle(weight),
    normRatio: weight === undefined || weight.bb === 0 ? null : Math.sqrt(weight.aa / weight.bb),
    weightNorm: Math.sqrt(size?.aa ?? NaN),
    updateNorm: sums.meanNorm(`update.${block}.aa`),
    deltaNorm: signal === undefined ? null : Math.sqrt(signal.aa / sums.examples),
    saturated: share('saturated', units * sums.examples),
    dead: share('dead', units),
  }
}

/** ⟨a, b⟩, ⟨a, a⟩, ⟨b, b⟩. */
interface Products {
  readonly ab: number
  readonly aa: number
  readonly bb: number
}

function angle(products: Products | undefined): number | null {
  if (products === undefined) return null
  const norms = Math.sqrt(products.aa * products.bb)
  if (norms === 0) return null
  return (Math.acos(Math.min(1, Math.max(-1, products.ab / norms))) * 180) / Math.PI
}

/** The probe's metrics, of which each network and rule have their own. */
export class Sums {
  readonly examples: number
  readonly #metrics: Metrics
  readonly #batch: number

  constructor(metrics: Metrics, { examples, batch }: { examples: number; batch: number }) {
    this.#metrics = metrics
    this.examples = examples
    this.#batch = batch
  }

  one(name: string): number | undefined {
    return this.#metrics.has(name) ? this.#metrics.sum(name) : undefined
  }

  of(what: string): Products | undefined {
    const [ab, aa, bb] = ['ab', 'aa', 'bb'].map((part) => this.one(`${what}.${part}`))
    return ab === undefined || aa === undefined || bb === undefined ? undefined : { ab, aa, bb }
  }

  /** √ of the mean over the batches of a squared norm / n². */
  meanNorm(name: string): number | null {
    if (!this.#metrics.has(name)) return null
    let [total, left] = [0, this.examples]
    for (const square of this.#metrics.each(name)) {
      total += square / Math.min(this.#batch, left) ** 2
      left -= this.#batch
    }
    return Math.sqrt(total / this.#metrics.steps)
  }
}
