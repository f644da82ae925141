import type { Layout, Part, PartOrName } from '../blocks.js'
import { activation } from './activation.js'
import { afterMaxout } from './maxout.js'
import { afterPool } from './pool.js'

/** Parts of which activations may be given by name. */
export function partsOf(given: readonly PartOrName[]): Part[] {
  return given.flatMap((one) => {
    const part = typeof one === 'string' ? activation(one) : one
    return part === undefined ? [] : [part]
  })
}

/** The layout after a part; throws `UsageError` that begins with `at` where there is none. */
export function afterPart(part: Part, layout: Layout, at: string): Layout {
  switch (part.kind) {
    case 'maxout':
      return afterMaxout(part, layout, at)
    case 'maxPool':
    case 'averagePool':
      return afterPool(part, layout, at)
    default:
      return layout
  }
}
