import type { Derivation, Init, Noise } from '../engine/program.js'
import type { Matrix, Mirroring } from '../rules/signals.js'
import { following, matrixTensor } from './feedback.js'
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

function deviationOf(init: Init): number {
  if (init.kind === 'normal') return init.deviation
  return init.kind === 'uniform' ? init.range / Math.sqrt(3) : 0
}

/** What draws anew, at every step, as the initial values are drawn. */
function drawing(init: Init): Pick<Noise, 'distribution' | 'stream' | 'index'> {
  if (init.kind !== 'uniform' && init.kind !== 'normal') throw new RangeError('B is drawn')
  const { stream, index, ...distribution } = init
  return { distribution, stream, index }
}

function deriveOne(phase: PhaseBuilder, mirror: Mirror, mirroring: Mirroring): void {
  const { block } = mirror
  const into = matrixTensor(phase.context, mirror)
  const like = following(phase.context, block)
  const how = (): Derivation => {
    if (mirroring.how === 'pseudoinverse') return { kind: 'pseudoinverse' }
    if (mirroring.how !== 'copysign') return { kind: 'sign', factor: deviationOf(like.init) }
    const name = names.magnitude(block)
    if (mirroring.magnitude === 'fixed') {
      return { kind: 'copySign', magnitude: phase.context.tensors.declare({ ...like, name }) }
    }
    phase.add({ op: 'noise', out: into, ...drawing(like.init) })
    return { kind: 'copySign', magnitude: into }
  }
  phase.add({ op: 'derive', from: names.weight(block), into, how: how() })
}
