import type { Pair } from '../engine/program.js'
import { FeedalignError } from '../errors.js'
import type { Heard } from './lessons.js'
import { isWhole, mapOf, patchSlot } from './maps.js'
import { names } from './names.js'
import { givenKey, type Context, type PhaseBuilder } from './phase.js'
import { measure, sums } from './sums.js'
import { tensor } from './tensors.js'

/** At which pass's activity a block learns from which delta. */
type Taught = Pick<Heard, 'block' | 'pass' | 'delta'>

/** The weight update Σ xᵀ · delta that a rule asks for beside the gradient, batch by batch. */
export function measureUpdates(phase: PhaseBuilder, own: readonly Taught[], exact: Taught): void {
  if (own.length === 0) return
  const { block } = exact
  const [a, b] = [own, [exact]].map((all) => all.map((one) => pairOf(phase, one)))
  if (a === undefined || b === undefined) return
  const what = `update.${block}`
  if (byRows(phase.context, block)) {
    phase.add({ op: 'measureUpdates', a, b, metrics: sums(phase, what) })
  } else {
    const asked = form(phase, block, names.asked(block), a)
    measure(phase, what, [asked, form(phase, block, names.gradient(block), b)])
  }
}

function pairOf(phase: PhaseBuilder, { block, pass, delta }: Taught): Pair {
  const x = phase.givens.get(givenKey(pass, block))
  if (x === undefined) throw new FeedalignError(`block ${block} is in no pass ${pass}`)
  return { x, delta, bias: false }
}

/**
 * Whether products of rows with rows cost less than two gradients. Where they do not, a dense
 * weight is hardly larger than the rows of a batch, so that gradients have room; those of
 * convolutions and local fields always do.
 */
function byRows(context: Context, block: number): boolean {
  const { batch, precision } = context.options
  if (mapOf(context, block).kind === 'conv2d' || !isWhole(context, block)) return false
  const [inputs, outputs] = context.layouts[block]?.weight ?? [0, 0]
  return precision === 'bf16' || 3 * batch * (inputs + outputs) <= 2 * inputs * outputs
}

/** Leaves in a tensor of the weight's shape what the pairs of this batch ask for. */
function form(phase: PhaseBuilder, block: number, name: string, pairs: readonly Pair[]): string {
  const { context } = phase
  const [rows, columns] = context.layouts[block]?.weight ?? [0, 0]
  const { structure } = context.tensors.of(names.weight(block))
  const into = context.tensors.declare({ ...tensor(name, 'scratch', [rows, columns]), structure })
  phase.add({ op: 'combine', terms: [], out: into })
  for (const { x, delta } of pairs) {
    phase.add({
      op: 'update',
      weight: into,
      x,
      delta,
      reduction: 'sum',
      scale: -1,
      weightDecay: 0,
      optimizer: { kind: 'sgd', learningRate: 1, momentum: 0, nesterov: false },
      ...patchSlot(context, block),
    })
  }
  return into
}
