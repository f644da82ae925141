import type { Init, Role, Stream, Tensor } from '../engine/program.js'
import type { Context } from './phase.js'
import { structureAt } from './maps.js'
import { normTensors } from './norms.js'
import { names } from './names.js'

/** How far initial values reach. */
export interface Scales {
  /** Hidden W ~ U(±weightScale · √(3 / fan-in)), the last block's a tenth of √(3 / fan-in). */
  readonly weightScale: number
}

/** The last block's initial reach, relative to √(3 / fan-in): small, so that it starts undecided. */
const OUTPUT_WEIGHT = 0.1
const zeros: Init = { kind: 'zeros' }

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

/** Weights, biases and what normalisations have, in the order that hashes go by. */
export function parameters(context: Context): Tensor[] {
  const { layouts, options } = context
  const last = layouts.length - 1
  return layouts.flatMap((at, i) => {
    const [rows, columns] = at.weight
    const reach =
      Math.sqrt(3 / at.fanIn) * (i === last && i > 0 ? OUTPUT_WEIGHT : options.weightScale)
    const weight = tensor(
      names.weight(i),
      'weight',
      [rows, columns],
      drawnFrom('weights', reach, i),
    )
    return [
      { ...weight, structure: structureAt(context, i) },
      tensor(names.bias(i), 'bias', [columns]),
      ...normTensors(options.network, at, i),
    ]
  })
}
