import type { Derivation } from '../engine/program.js'
import type { Matrix, Mirroring } from '../rules/signals.js'
import { drawn, matrixTensor } from './feedback.js'
import { names } from './names.js'
import type { PhaseBuilder } from './phase.js'

/** A matrix that follows a weight. */
export type Mirror = Extract<Matrix, { kind: 'mirror' }>

/** The matrices that are made from weights, each once. */
export function mirrorsOf(matrices: readonly Matrix[]): Mirror[] {
  const mirrors = matrices.filter((one) => one.kind === 'mirror' && one.mirroring.how !== 'add')
  return [...new Map(mirrors.map((one) => [one.block, one as Mirror])).values()]
}

/** Makes matrices from the weights as they are now; those made every so many steps only then. */
export function derive(phase: PhaseBuilder, mirrors: readonly Mirror[], always = false): void {
  for (const mirror of mirrors) {
    const { mirroring } = mirror
    const every = mirroring.how === 'pseudoinverse' && !always ? mirroring.every : 1
    phase.every(every, () => {
      deriveOne(phase, mirror, mirroring)
    })
  }
}

function deriveOne(phase: PhaseBuilder, mirror: Mirror, mirroring: Mirroring): void {
  const { block } = mirror
  const into = matrixTensor(phase.context, mirror)
  const whole = drawn(phase.context, block)
  const deviation = whole.init.kind === 'uniform' ? whole.init.range / Math.sqrt(3) : 0
  const how = (): Derivation => {
    if (mirroring.how === 'pseudoinverse') return { kind: 'pseudoinverse' }
    if (mirroring.how !== 'copysign') return { kind: 'sign', factor: deviation }
    const name = names.magnitude(block)
    if (mirroring.magnitude === 'fixed') {
      return { kind: 'copySign', magnitude: phase.context.tensors.declare({ ...whole, name }) }
    }
    if (whole.init.kind !== 'uniform') throw new RangeError('feedback is drawn')
    const { range, index } = whole.init
    const distribution = { kind: 'uniform', range } as const
    phase.add({ op: 'noise', out: into, distribution, stream: 'feedback', index })
    return { kind: 'copySign', magnitude: into }
  }
  phase.add({ op: 'derive', from: names.weight(block), into, how: how() })
}
