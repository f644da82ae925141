import type { Init, Role, Stream, Tensor } from '../engine/program.js'
import type { Layouts } from '../network/index.js'
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

/** Weights and biases, in the order that hashes go by. */
export function parameters(layouts: readonly Layouts[], scales: Scales): Tensor[] {
  const last = layouts.length - 1
  return layouts.flatMap(({ weight: [rows, columns], fanIn }, i) => {
    const reach = Math.sqrt(3 / fanIn) * (i === last && i > 0 ? OUTPUT_WEIGHT : scales.weightScale)
    return [
      tensor(names.weight(i), 'weight', [rows, columns], drawnFrom('weights', reach, i)),
      tensor(names.bias(i), 'bias', [columns]),
    ]
  })
}
