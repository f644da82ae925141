import {
  unitsOf,
  type Block,
  type Layout,
  type LinearMap,
  type Network,
  type Part,
} from './blocks.js'

/** The layouts along a block. */
export interface Layouts {
  readonly input: Layout
  /** Of the linear map's output. */
  readonly linear: Layout
  /** After each part. */
  readonly parts: readonly Layout[]
  readonly output: Layout
  /** [rows × columns] of W: inputs that a unit sees × columns of a. */
  readonly weight: readonly [number, number]
  /** Inputs that one unit sees. */
  readonly fanIn: number
}

/** The layouts of every block, from the input side. */
export function layoutsOf(network: Network): Layouts[] {
  let input = network.shape
  return network.blocks.map((block) => {
    const layouts = layoutsOfBlock(block, input)
    input = layouts.output
    return layouts
  })
}

function layoutsOfBlock({ linear, parts }: Block, input: Layout): Layouts {
  const map = linearLayout(linear, input)
  let layout = map.linear
  const after = parts.map((part) => (layout = partLayout(part, layout)))
  return { input, ...map, parts: after, output: layout }
}

function linearLayout(
  linear: LinearMap,
  input: Layout,
): Pick<Layouts, 'linear' | 'weight' | 'fanIn'> {
  const inputs = unitsOf(input)
  return { linear: [linear.width], weight: [inputs, linear.width], fanIn: inputs }
}

function partLayout(part: Part, layout: Layout): Layout {
  const last = layout.at(-1) ?? 1
  switch (part.kind) {
    case 'maxout':
      return [...layout.slice(0, -1), last / part.pieces]
    case 'maxPool':
    case 'averagePool': {
      const [height = 1, width = 1] = layout
      const places = (n: number, axis: 0 | 1): number =>
        Math.floor((n - part.size[axis]) / part.stride[axis]) + 1
      return [places(height, 0), places(width, 1), last]
    }
    default:
      return layout
  }
}
