import { UsageError } from '../../errors.js'
import type { Layout } from '../blocks.js'
import { pairOf, placesOf, times, type Size } from '../checks.js'

/** Over windows of `size` places, `stride` apart, per channel. */
export interface Pool {
  readonly kind: 'maxPool' | 'averagePool'
  readonly size: readonly [number, number]
  readonly stride: readonly [number, number]
}

export function pool(kind: Pool['kind'], size: Size, stride: Size = size): Pool {
  return {
    kind,
    size: pairOf(size, `the size of ${kind}`),
    stride: pairOf(stride, `the stride of ${kind}`),
  }
}

export function afterPool({ kind, size, stride }: Pool, layout: Layout, at: string): Layout {
  const [height, width, channels] = placesOf(layout, at, kind)
  const places = (n: number, axis: 0 | 1): number => Math.floor((n - size[axis]) / stride[axis]) + 1
  const [down, across] = [places(height, 0), places(width, 1)]
  if (down >= 1 && across >= 1) return [down, across, channels]
  throw new UsageError(
    `${at}.size: windows of ${times(size)} leave nothing of ${height} × ${width} places; ` +
      `choose at most ${height} × ${width}`,
  )
}

/** `NAME2`, of stride 1 `NAME2s1`. */
export const poolShort = (name: string, kind: Pool['kind']) => ({
  example: `${name}2`,
  pattern: new RegExp(`^${name}(\\d+)(?:x(\\d+))?(?:s(\\d+))?$`),
  read: ([, down, across, stride]: readonly string[]): Pool => {
    const size = [Number(down), Number(across ?? down)] as const
    return pool(kind, size, stride === undefined ? size : Number(stride))
  },
  write: ({ size, stride }: Pool): string => {
    const [same, square] = [times(size) === times(stride), size[0] === size[1]]
    return `${name}${square ? size[0] : size.join('x')}${same ? '' : `s${stride[0]}`}`
  },
})
