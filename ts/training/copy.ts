import { Session, type Binding, type SessionOptions } from '../engine/index.js'
import type { Program, Role } from '../engine/program.js'

/** What no later step of a session depends on. */
const passing: readonly Role[] = ['rows', 'labels', 'scratch']

/**
 * A session of another Program with the tensors that a session holds now: both Programs are of one
 * network and rule. Its steps are counted from 0.
 */
export function copyOf(
  session: Session,
  program: Program,
  engine: Binding,
  options: SessionOptions,
): Session {
  const copy = new Session(engine, program, options)
  const kept = program.tensors.filter(({ role }) => !passing.includes(role))
  // Weights come first: the engine makes anew what is derived from them, whatever its age was.
  const isWeight = ({ role }: { role: Role }): boolean => role === 'weight'
  for (const { name } of [...kept.filter(isWeight), ...kept.filter((one) => !isWeight(one))]) {
    copy.write(name, session.read(name).data)
  }
  return copy
}
