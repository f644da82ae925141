import type { Patches, Structure } from '../engine/program.js'
import { UsageError } from '../errors.js'
import { type LinearMap, type Network } from '../network/index.js'
import { patchesOf } from '../network/linear/conv2d.js'
import { structureOf } from '../network/linear/local2d.js'
import { names } from './names.js'
import type { Context } from './phase.js'

/** The linear map of a block. */
export function mapOf({ options }: Context, block: number): LinearMap {
  const found = options.network.blocks[block]
  if (found === undefined) throw new RangeError(`there is no block ${block}`)
  return found.linear
}

/** The slot that a block's products have beside a dense one's. */
export function patchSlot(context: Context, block: number): { patches?: Patches } {
  const map = mapOf(context, block)
  const input = context.layouts[block]?.input ?? []
  return map.kind === 'conv2d' ? { patches: patchesOf(map, input) } : {}
}

/** The structure of a block's weight, and of what stands in for it. */
export function structureAt(context: Context, block: number): Structure {
  const map = mapOf(context, block)
  const input = context.layouts[block]?.input ?? []
  return map.kind === 'local2d' ? structureOf(map, input) : { kind: 'dense' }
}

/** Whether a block's weight, declared before, holds all of its elements. */
export function isWhole({ tensors }: Context, block: number): boolean {
  return tensors.of(names.weight(block)).structure.kind === 'dense'
}

/** Throws `UsageError` where `what` is asked for, which only dense blocks have, of another one. */
export function needsDense({ blocks }: Network, what: string, cure: string, from = 0): void {
  blocks.slice(from).forEach(({ linear: { kind } }, i) => {
    if (kind === 'dense') return
    const path = `network.blocks[${i + from}]`
    throw new UsageError(`${what} is there for dense blocks only, and ${path} is ${kind}: ${cure}`)
  })
}
