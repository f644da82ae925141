import type { Instruction } from '../engine/program.js'
import { rows, through, weights } from '../rules/signals.js'
import { factorsOf, matrixTensor } from './feedback.js'
import { forward } from './forward.js'
import { deltaOf, hear } from './lessons.js'
import type { Step } from './step.js'
import { names } from './names.js'
import { givenKey, type PhaseBuilder } from './phase.js'

/** The rule's delta of each hidden block against that of backpropagation through all W. */
export function probe(phase: PhaseBuilder, { lessons, matrices }: Step): void {
  phase.knobs.push('matrices')
  const heard = hear(phase, lessons, () => undefined)
  const chain = backpropagate(phase)
  const last = chain.length - 1
  for (let block = last - 1; block >= 0; block--) {
    const own = heard.find((one) => one.block === block)
    const exact = chain[block]
    if (own !== undefined && exact !== undefined)
      measure(phase, `signal.${block}`, own.delta, exact)
  }
  for (const matrix of matrices) {
    const { block } = matrix
    if (matrix.kind === 'weights' || matrix.kind === 'direct') continue
    if (factorsOf(phase.context, matrix) !== undefined) continue
    // Matrices are the same at every step of a call: once is enough.
    const enabled = { knob: 'matrices' }
    const feedback = matrixTensor(phase.context, matrix)
    measure(phase, `weight.${block}`, names.weight(block), feedback, { enabled })
  }
}

/** Names of the deltas that backpropagation has in a plain pass, by block. */
function backpropagate(phase: PhaseBuilder): string[] {
  const { length } = phase.context.options.network.blocks
  const pass = phase.givens.has(givenKey('', 0)) ? '' : forward(phase, { name: 'plain' }).name
  const delta = rows({ of: 'delta', pass })
  const chain: string[] = []
  for (let block = length - 1; block >= 0; block--) {
    const signal = block === length - 1 ? delta : through(block + 1, weights(block + 1))
    const taught = { block, lesson: { signal }, pass }
    chain[block] = deltaOf(phase, taught, (above) => chain[above], names.chain(block))
  }
  return chain
}

function measure(
  phase: PhaseBuilder,
  what: string,
  a: string,
  b: string,
  when: Pick<Instruction, 'enabled'> = {},
): void {
  const sums: [string, string, string] = [`${what}.ab`, `${what}.aa`, `${what}.bb`]
  phase.metric(...sums)
  phase.add({ ...when, op: 'measure', a, b, metrics: sums })
}
