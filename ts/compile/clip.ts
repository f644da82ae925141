import type { Instruction, Update } from '../engine/program.js'
import { UsageError } from '../errors.js'
import type { Context } from './phase.js'

/** The op that bounds the norm of all gradients of these updates, to stand before them. */
export function clip({ options, tensors }: Context, updates: readonly Update[]): Instruction[] {
  const { optimizer, reduction } = options
  const { clipNorm: norm } = optimizer
  if (norm === undefined) return []
  for (const { weight, patches } of updates) {
    const { kind } = tensors.of(weight).structure
    if (patches === undefined && kind === 'dense') continue
    const what = patches === undefined ? (kind === 'local2d' ? kind : 'sparse') : 'conv2d'
    throw new UsageError(
      `clipNorm ${norm}: the norm is that of gradients of whole dense weights, and ${weight} is ` +
        `${what}; use clipValue`,
    )
  }
  const pairs = updates.map(({ x, delta, bias }) => ({ x, delta, bias: bias !== undefined }))
  return [{ op: 'clip', pairs, norm, reduction }]
}
