import { UsageError } from '../errors.js'
import type { Block, Layout, LinearMap, Mapped, Network } from './blocks.js'
import { mapConv2d } from './linear/conv2d.js'
import { mapDense } from './linear/dense.js'
import { mapLocal2d } from './linear/local2d.js'
import { afterPart } from './parts/index.js'

/** The layouts along a block. */
export interface Layouts extends Mapped {
  readonly input: Layout
  /** After each part. */
  readonly parts: readonly Layout[]
  readonly output: Layout
}

/** The layouts of every block, from the input side; throws `UsageError` where one does not fit. */
export function layoutsOf(network: Network): Layouts[] {
  let input = network.shape
  return network.blocks.map((block, i) => {
    const layouts = layoutsOfBlock(block, input, `network.blocks[${i}]`)
    input = layouts.output
    return layouts
  })
}

function layoutsOfBlock({ linear, parts }: Block, input: Layout, at: string): Layouts {
  const map = mapped(linear, input, at)
  for (const kind of ['dropout', 'batchNorm']) {
    if (parts.filter((part) => part.kind === kind).length > 1) {
      throw new UsageError(`${at}.parts: a block has one ${kind} at most; leave one`)
    }
  }
  let layout = map.linear
  const after = parts.map(
    (part, place) => (layout = afterPart(part, layout, `${at}.parts[${place}]`)),
  )
  return { input, ...map, parts: after, output: layout }
}

function mapped(linear: LinearMap, input: Layout, at: string): Mapped {
  switch (linear.kind) {
    case 'dense':
      return mapDense(linear, input)
    case 'local2d':
      return mapLocal2d(linear, input, at)
    case 'conv2d':
      return mapConv2d(linear, input, at)
  }
}
