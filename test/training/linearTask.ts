/** The 2014 paper's linear task: x ~ N(0, I) of 30 and the target T x of 10, T ~ U(−1, 1). */
import { dataset, type Examples } from '../../ts/data/examples.js'
import { dense, network } from '../../ts/network/index.js'
import * as m from '../reference/matrix.js'
import { normal, uniform } from '../reference/philox.js'

const [INPUTS, HIDDEN, OUTPUTS] = [30, 20, 10]

export const linearNetwork = network(INPUTS, dense(HIDDEN), dense(OUTPUTS))

export function linearTask(count: number): Examples {
  const address = { seed: 1, stream: 'noise', step: 0 } as const
  const x = normal({ ...address, index: 0 }, count, INPUTS, 1)
  const targets = m.multiply(x, uniform({ ...address, index: 1 }, INPUTS, OUTPUTS, 1))
  const values = Float32Array.from(targets.data)
  return dataset({ inputs: Float32Array.from(x.data), shape: [INPUTS], targets: values })
}
