/**
 * Difference target propagation (Lee, Zhang, Fischer, Bengio 2015). The last hidden block's target
 * is h − η̂ ∂L/∂h, which uses W of the output block; below, T = h + g(T above) − g(h above). Hidden
 * blocks learn from ½|h − T|², the output block from the loss. A decoder g(h) = f(hV + c) leads
 * from the output of hidden block i ≥ 1 to that of the block below, whose activation is f; it is
 * dense, whatever the block. Decoders learn first, batch by batch: from the output below with
 * noise, sent up through the block (same masks) and decoded, by ½|g − the noisy output|²; targets
 * then use the decoders so changed.
 */
import { functions } from '../functions.js'
import { carry } from '../linear.js'
import { add, columnSums, map, multiply, scale, subtract, times, transpose } from '../matrix.js'
import type { Matrix } from '../matrix.js'
import { gradients, localBackward, of, passBlock, type Block, type Trace } from '../network.js'
import { change, look, weights, type Change, type PerBlock, type Task } from '../teach.js'

/** weight [width of block i × width of block i − 1], bias 1 × width of block i − 1. */
export interface Decoder {
  readonly weight: Matrix
  readonly bias: Matrix
}

export interface TargetOptions {
  /** g of each hidden block but the first. */
  decoders: readonly (Decoder | undefined)[]
  /** ξ for each hidden block but the first, of the shape of the output below it. */
  noise: PerBlock
  /** η̂: of ∂L/∂h of each example. */
  stepSize: number
  /** Of the decoders. */
  learningRate: number
}

export function dtp(
  task: Task,
  options: TargetOptions,
): { changes: Change[]; decoders: (Decoder | undefined)[]; noisy: (Trace | undefined)[] } {
  const { traces, out } = look(task)
  const last = traces.length - 1
  const lessons = options.decoders.map((decoder, i) => {
    return decoder === undefined ? undefined : learnDecoder(task, traces, i, decoder, options)
  })
  const steps = lessons.map((lesson) => lesson?.step)
  const decoders = options.decoders.map((decoder, i) => {
    const by = steps[i]
    return (
      decoder && by && { weight: add(decoder.weight, by.weight), bias: add(decoder.bias, by.bias) }
    )
  })
  const { delta, ...norm } = localBackward(of(traces, last), out.delta, 'output')
  const changes: Change[] = traces.map(() => undefined)
  changes[last] = change(task, { ...gradients(of(traces, last), delta), ...norm })
  targets(task, traces, delta, decoders, options.stepSize).forEach((target, i) => {
    const trace = of(traces, i)
    const local = localBackward(trace, subtract(trace.output, target), 'output')
    const { delta: own, ...ownNorm } = local
    changes[i] = change(task, { ...gradients(trace, own), ...ownNorm })
  })
  return { changes, decoders: steps, noisy: lessons.map((lesson) => lesson?.up) }
}

/** T of each hidden block. */
function targets(
  task: Task,
  traces: readonly Trace[],
  delta: Matrix,
  decoders: readonly (Decoder | undefined)[],
  stepSize: number,
): Matrix[] {
  const { blocks } = task.network
  const last = traces.length - 1
  const slope = carry(of(blocks, last).linear, of(weights(task), last), delta)
  const found = [subtract(of(traces, last - 1).output, scale(slope, stepSize))]
  for (let i = last - 1; i > 0; i--) {
    const decode = (h: Matrix): Matrix => decoded(of(blocks, i - 1), of(decoders, i), h).h
    const difference = subtract(decode(of(found, 0)), decode(of(traces, i).output))
    found.unshift(add(of(traces, i - 1).output, difference))
  }
  return found
}

/** What a decoder makes of h, and the derivative of its function there. */
function decoded(below: Block, { weight, bias }: Decoder, h: Matrix): { h: Matrix; slope: Matrix } {
  const own = below.parts.find((part) => part.kind === 'activation')
  const { f, derivative } = functions[own?.name ?? 'identity']
  const ones = map({ ...bias, rows: h.rows, columns: 1, data: new Float64Array(h.rows) }, () => 1)
  const a = add(multiply(h, weight), multiply(ones, bias))
  return { h: map(a, f), slope: map(a, derivative) }
}

function learnDecoder(
  task: Task,
  traces: readonly Trace[],
  i: number,
  decoder: Decoder,
  { noise, learningRate }: TargetOptions,
): { step: Decoder; up: Trace } {
  const { network, parameters, kept } = task
  const corrupted = add(of(traces, i - 1).output, of(noise, i))
  const block = of(network.blocks, i)
  const up = passBlock(block, of(parameters, i), corrupted, kept === undefined ? {} : { kept }, i)
  const back = decoded(of(network.blocks, i - 1), decoder, up.output)
  const delta = times(subtract(back.h, corrupted), back.slope)
  const by = -learningRate / corrupted.rows
  const weight = scale(multiply(transpose(up.output), delta), by)
  return { step: { weight, bias: scale(columnSums(delta), by) }, up }
}
