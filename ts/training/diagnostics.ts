import type { DataSet } from '../engine/index.js'
import { layoutsOf, unitsOf, type Network } from '../network/index.js'
import type { Calls } from './calls.js'
import { figures, Sums } from './figures.js'

/**
 * What a block is like, measured on some examples as in evaluation: without dropout, by running
 * statistics. Angles are in degrees, 0 to 180, between whole matrices of rows or weights; null is
 * what the block or the rule does not have, or an angle to zeros.
 */
export interface BlockDiagnostics {
  /**
   * Between the rule's delta and that of backpropagation through all W, [n × width] each. A rule
   * that teaches a block in several passes is judged by the first.
   */
  readonly signalAngle: number | null
  /**
   * Between the rule's delta and that which the pseudoinverses W⁺ of all weights above carry down
   * (Lillicrap et al. 2014). Null at the output, below what is not dense, and in an epoch's
   * event below a W of more than 16,384 elements.
   */
  readonly pseudoinverseAngle: number | null
  /** Between the rule's weight updates xᵀ · delta, batch by batch, and the gradients. */
  readonly updateAngle: number | null
  /** Between W and the whole matrix of its shape that stands in for it on the way down, B. */
  readonly weightAngle: number | null
  /** |W| / |B|. */
  readonly normRatio: number | null
  /** |W|, Frobenius. */
  readonly weightNorm: number
  /**
   * Root mean square over the batches of the norm of the update that is asked for, xᵀ · delta / n:
   * before learning rate and optimizer.
   */
  readonly updateNorm: number | null
  /** Root mean square over the examples of the norm of the rule's delta. */
  readonly deltaNorm: number | null
  /**
   * Share of the activations, over units and examples, where f′ is below a twentieth of its
   * greatest: of tanh, |h| > 0.975; sigmoid, h < 0.013 or h > 0.987; hard tanh, |h| = 1.
   */
  readonly saturated: number | null
  /** Share of relu units that are zero on all the examples; those of a convolution one by one. */
  readonly dead: number | null
}

/** Examples to measure on. */
export interface Probed {
  readonly data: DataSet
  /** Indices into it. */
  readonly examples: Uint32Array
  /** Asked before each call. */
  readonly stopped?: () => boolean
}

/** Measures the blocks of a session's network. */
export class Diagnostics {
  readonly #calls: Calls
  readonly #network: Network

  constructor(calls: Calls, network: Network) {
    this.#calls = calls
    this.#network = network
  }

  /** By block, from the input side. Undefined where it was stopped before the end. */
  async measure({ examples, ...rest }: Probed): Promise<BlockDiagnostics[] | undefined> {
    const { batch } = this.#calls
    const steps = Math.ceil(examples.length / batch)
    const metrics = await this.#calls.all({
      ...rest,
      phase: 'probe',
      examples,
      knobs: (first, count) => ends(first, count, steps),
    })
    if (metrics === undefined) return undefined
    const sums = new Sums(metrics, { examples: examples.length, batch })
    const layouts = layoutsOf(this.#network)
    return this.#network.blocks.map(({ parts }, block) => {
      const place = parts.findIndex(({ kind }) => kind === 'activation')
      return figures(sums, block, unitsOf(layouts[block]?.parts[place] ?? []))
    })
  }
}

/** The knobs `first` and `last` of some steps. */
function ends(first: number, count: number, steps: number): Float32Array {
  const at = (i: number): number[] => [+(first + i === 0), +(first + i === steps - 1)]
  return Float32Array.from(Array.from({ length: count }, (_, i) => at(i)).flat())
}
