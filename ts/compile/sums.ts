import type { Instruction } from '../engine/program.js'
import type { PhaseBuilder } from './phase.js'

/** Knobs of the probe that are 1 at its first and at its last step, else 0. */
export const FIRST = { knob: 'first' }
export const LAST = { knob: 'last' }

/** The names of ⟨a, b⟩, ⟨a, a⟩, ⟨b, b⟩, which become metrics of the phase. */
export function sums(phase: PhaseBuilder, what: string): [string, string, string] {
  const all: [string, string, string] = [`${what}.ab`, `${what}.aa`, `${what}.bb`]
  phase.metric(...all)
  return all
}

/** Sums of products, from which angle and norms of two tensors of one shape come. */
export function measure(
  phase: PhaseBuilder,
  what: string,
  [a, b]: readonly [string, string],
  when: Pick<Instruction, 'enabled'> = {},
): void {
  phase.add({ ...when, op: 'measure', a, b, metrics: sums(phase, what) })
}
