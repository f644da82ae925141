import type { Init, Role, Stream, Tensor } from '../engine/program.js'
import type { Network } from '../network/index.js'
import type { Context } from './phase.js'
import { needsDense, structureAt } from './maps.js'
import { normTensors } from './norms.js'
import { names } from './names.js'
import { thinned, type Lists } from './sparse.js'

/** What is chosen of the weights. */
export interface WeightOptions {
  /** Hidden W ~ U(±weightScale · √(3 / fan-in)), the last block's a tenth of √(3 / fan-in). */
  readonly weightScale: number
  /**
   * Share of a dense block's inputs that its units take, above 0; all (1) unless told. 16
   * neighbours take the same ones, drawn at random, which saves their products; weights of the
   * others are not there, and read as zeros for ever. The rest grow by 1 / √share, so that sums
   * keep their variance. In a block of at most 16 units, as an output of ten classes is, each unit
   * takes inputs of its own: else the rest of the neurons below would lead nowhere.
   */
  readonly weightDensity?: number | undefined
}

/**
 * The last block's initial reach, relative to √(3 / fan-in): small, so that it starts undecided.
 */
const OUTPUT_WEIGHT = 0.1
/** Units that share a list of inputs. */
const PANEL = 16
const zeros: Init = { kind: 'zeros' }

/** Throws `UsageError` where weights cannot be as they are asked for. */
export function checkWeights(network: Network, { weightDensity = 1 }: WeightOptions): void {
  if (weightDensity === 1) return
  needsDense(network, 'weightDensity', 'leave it out, or use dense blocks')
}

/** A dense tensor, of zeros unless told. */
export function tensor(name: string, role: Role, shape: number[], init: Init = zeros): Tensor {
  return { name, role, shape, init, structure: { kind: 'dense' }, grid: 'f32' }
}

/** U(±range), of a stream. */
export const drawnFrom = (stream: Stream, range: number, index: number): Init => ({
  kind: 'uniform',
  range,
  stream,
  index,
})

/** Which inputs the units of a block take. */
export function weightLists({ layouts, options }: Context, block: number): Lists {
  const [rows, columns] = layouts[block]?.weight ?? [0, 0]
  return {
    kind: columns > PANEL ? 'panelDrawn' : 'elementDrawn',
    density: options.weightDensity,
    senders: rows,
    stream: 'weights',
    index: layouts.length + block,
  }
}

/** Weights, biases and what normalisations have, in the order that hashes go by. */
export function parameters(context: Context): Tensor[] {
  const { layouts, options } = context
  const last = layouts.length - 1
  return layouts.flatMap((at, i) => {
    const [rows, columns] = at.weight
    const reach =
      Math.sqrt(3 / at.fanIn) * (i === last && i > 0 ? OUTPUT_WEIGHT : options.weightScale)
    const init = drawnFrom('weights', reach, i)
    const whole = tensor(names.weight(i), 'weight', [rows, columns], init)
    return [
      thinned({ ...whole, structure: structureAt(context, i) }, weightLists(context, i)),
      tensor(names.bias(i), 'bias', [columns]),
      ...normTensors(options.network, at, i),
    ]
  })
}
