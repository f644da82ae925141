import * as v from 'valibot'
import type { Patches } from '../../engine/program.js'
import { UsageError } from '../../errors.js'
import type { Block, Layout, Mapped, PartOrName } from '../blocks.js'
import { checkWhole, pairOf, placesOf, times, type Size } from '../checks.js'
import { partsOf } from '../parts/index.js'
import { natural, positive, sizeOf } from '../schemas.js'

/** Kernels that all places share: W [height · width · channels below × channels]. */
export interface Conv2d {
  readonly kind: 'conv2d'
  readonly channels: number
  readonly kernel: readonly [number, number]
  readonly stride: readonly [number, number]
  /** Lines of zeros around the input, less than the kernel. */
  readonly padding: readonly [number, number]
}

/** Sizes of a convolution, each a number for both directions or [down, across]. */
export interface ConvOptions {
  readonly channels: number
  readonly kernel: Size
  /** 1 unless told. */
  readonly stride?: Size | undefined
  /** 0 unless told. */
  readonly padding?: Size | undefined
}

/** A convolution, with its parts: activations by name, pooling and so on. */
export function conv2d(options: ConvOptions, ...parts: PartOrName[]): Block {
  const { channels } = options
  checkWhole(channels, 'the channels of conv2d')
  const linear: Conv2d = {
    kind: 'conv2d',
    channels,
    kernel: pairOf(options.kernel, 'the kernel of conv2d'),
    stride: pairOf(options.stride ?? 1, 'the stride of conv2d'),
    padding: pairOf(options.padding ?? 0, 'the padding of conv2d', 0),
  }
  return { linear, parts: partsOf(parts) }
}

export function mapConv2d(map: Conv2d, input: Layout, at: string): Mapped {
  const [height, width, below] = placesOf(input, at, 'conv2d')
  const { kernel, stride, padding, channels } = map
  if (padding.some((n, axis) => n >= (kernel[axis] ?? 0))) {
    throw new UsageError(
      `${at}.padding: ${times(padding)} is not below the kernel's ${times(kernel)}; make it smaller`,
    )
  }
  const places = (n: number, axis: 0 | 1): number =>
    Math.floor((n + 2 * padding[axis] - kernel[axis]) / stride[axis]) + 1
  const [down, across] = [places(height, 0), places(width, 1)]
  if (down < 1 || across < 1) {
    throw new UsageError(
      `${at}.kernel: ${times(kernel)} does not fit into ${height} × ${width} places; ` +
        'choose a smaller kernel or more padding',
    )
  }
  const patch = kernel[0] * kernel[1]
  return {
    linear: [down, across, channels],
    weight: [patch * below, channels],
    fanIn: patch * below,
    fanOut: Math.max(1, (patch * channels) / (stride[0] * stride[1])),
  }
}

/** How the engine cuts the input into rows of X. */
export function patchesOf(map: Conv2d, [height = 1, width = 1, channels = 1]: Layout): Patches {
  const [kernel, stride, padding] = [map.kernel, map.stride, map.padding].map(([y, x]) => [y, x])
  return { height, width, channels, kernel, stride, padding } as Patches
}

export const conv2dSchema = v.strictObject({
  kind: v.literal('conv2d'),
  channels: positive,
  kernel: sizeOf(positive),
  stride: v.optional(sizeOf(positive)),
  padding: v.optional(sizeOf(natural)),
})

/** `conv5x5:32`, of stride 2 and padding 1 `conv5x5s2p1:32`. */
export const conv2dShort = {
  example: 'conv5x5:32',
  pattern: /^conv(\d+)(?:x(\d+))?(?:s(\d+))?(?:p(\d+))?:(\d+)$/,
  read: ([, down, across, stride = '1', padding = '0', channels]: readonly string[]): Block => {
    const kernel = [Number(down), Number(across ?? down)] as const
    const [s, p] = [Number(stride), Number(padding)]
    return conv2d({ channels: Number(channels), kernel, stride: s, padding: p })
  },
  write: ({ kernel, stride, padding, channels }: Conv2d): string => {
    const steps = stride[0] === 1 && stride[1] === 1 ? '' : `s${stride[0]}`
    const around = padding[0] === 0 && padding[1] === 0 ? '' : `p${padding[0]}`
    return `conv${kernel.join('x')}${steps}${around}:${channels}`
  },
}
