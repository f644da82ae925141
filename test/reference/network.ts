/** Networks as blocks, a block being a linear map and its local parts; passes with all kept. */
import type { Loss } from './losses.js'
import { apply, biasGradient, weightGradient, type Linear } from './linear.js'
import { add, type Matrix } from './matrix.js'
import type { Norm } from './norm.js'
import { pass, type Part, type Passed } from './parts.js'

export interface Block {
  readonly linear: Linear
  readonly parts: readonly Part[]
}

export interface Network {
  /** From the input side up. */
  readonly blocks: readonly Block[]
  readonly loss: Loss
}

/** Of one block. */
export interface Parameters {
  readonly weight: Matrix
  /** 1 × outputs of the linear map. */
  readonly bias?: Matrix
  /** Where the block has batch norm. */
  readonly norm?: Norm
}

/** What a pass may be given for each block. */
export interface Circumstances {
  /** False: running statistics, no dropout. Default true. */
  readonly training?: boolean
  /** Ones where dropout keeps a unit. */
  readonly kept?: readonly (Matrix | undefined)[]
  /** Added to the linear map's output. */
  readonly noise?: readonly (Matrix | undefined)[]
}

/** What happened in a block. */
export interface Trace {
  readonly block: Block
  readonly parameters: Parameters
  /** What the linear map was given. */
  readonly x: Matrix
  readonly passed: readonly Passed[]
  /** The linear map's output. */
  readonly a: Matrix
  /** Before pooling and dropout. */
  readonly activation: Matrix
  readonly output: Matrix
}

export function passBlock(
  block: Block,
  parameters: Parameters,
  x: Matrix,
  { training = true, kept, noise }: Circumstances,
  index: number,
): Trace {
  const clean = apply(block.linear, parameters.weight, parameters.bias, x)
  const added = noise?.[index]
  const a = added === undefined ? clean : add(clean, added)
  const passed: Passed[] = []
  const outputs = [a]
  for (const part of block.parts) {
    const surroundings = { training, norm: parameters.norm, kept: kept?.[index] }
    passed.push(pass(part, outputs.at(-1) ?? a, surroundings))
    outputs.push(passed.at(-1)?.out ?? a)
  }
  const activation = outputs[depth(block, 'activation')] ?? a
  return { block, parameters, x, passed, a, activation, output: outputs.at(-1) ?? a }
}

/** The traces of all blocks, from the input side up. */
export function forward(
  network: Network,
  parameters: readonly Parameters[],
  x: Matrix,
  circumstances: Circumstances = {},
): Trace[] {
  const traces: Trace[] = []
  network.blocks.forEach((block, i) => {
    const given = traces.at(-1)?.output ?? x
    traces.push(passBlock(block, of(parameters, i), given, circumstances, i))
  })
  return traces
}

/** Element i of what has one for each block. */
export function of<T>(all: readonly (T | undefined)[], i: number): T {
  const one = all[i]
  if (one === undefined) throw new RangeError(`nothing for block ${i}`)
  return one
}

/** Where a signal arrives: after all parts, before pooling and dropout, or as δ itself. */
export type Tap = 'output' | 'activation' | 'linear'

/** How many of a block's parts lie below a tap. */
function depth({ parts }: Block, tap: Tap): number {
  if (tap === 'linear') return 0
  const first = parts.findIndex(({ kind }) => /Pool$|dropout/.test(kind))
  return tap === 'output' || first < 0 ? parts.length : first
}

/** A block's gradients: sums over the examples. */
export interface Gradients {
  readonly weight: Matrix
  readonly bias: Matrix
  readonly gain?: Matrix
  readonly shift?: Matrix
}

/** A signal at a tap, through the parts below it: δ at the linear map, and gain and shift. */
export function localBackward(
  { block, passed }: Trace,
  signal: Matrix,
  tap: Tap,
): { delta: Matrix; gain?: Matrix; shift?: Matrix } {
  let delta = signal
  let norm = {}
  for (const part of passed.slice(0, depth(block, tap)).reverse()) {
    norm = part.gradients?.(delta) ?? norm
    delta = part.back(delta)
  }
  return { delta, ...norm }
}

/** What a block learns from a δ; `x` where it is not what the linear map was given. */
export function gradients({ block, parameters, x }: Trace, delta: Matrix, given = x): Gradients {
  return {
    weight: weightGradient(block.linear, given, delta),
    bias: biasGradient(delta, parameters.weight.columns),
  }
}
