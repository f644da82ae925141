import { width, type Examples } from '../data/examples.js'
import type { Augment } from '../engine/program.js'
import { UsageError } from '../errors.js'
import type { Network } from '../network/index.js'
import { checkAugmentation, type Augmentation } from './augmentation.js'

/** What the engine is told, but for the knob that tells it the epoch. */
export type Distortion = Omit<Augment, 'epoch'>

/**
 * What the engine is told of a run's augmentation; undefined where nothing is to be distorted.
 * Throws `UsageError` where it cannot be, or the examples have no two dimensions.
 */
export function distortion(
  given: Augmentation,
  data: Examples,
  network: Network,
): Distortion | undefined {
  checkAugmentation(given)
  const { shift = 0, crop = 0, rotation = 0, zoom = 0, shear = 0, elastic } = given
  const { amplitude, smoothness } = elastic ?? { amplitude: 0, smoothness: 1 }
  if ([shift, crop, rotation, zoom, shear, amplitude].every((most) => most === 0)) return undefined
  const [height, width, channels] = imageShape(data, network)
  for (const [name, pixels] of Object.entries({ shift, crop })) {
    if (pixels < Math.max(height, width)) continue
    throw new UsageError(
      `augment.${name} ${pixels} would leave nothing of images of ${height} × ${width}; ` +
        `let it be below ${Math.max(height, width)}`,
    )
  }
  return {
    ...{ height, width, channels },
    ...{ shift, crop, rotation, zoom, shear, elastic: [amplitude, smoothness] },
  }
}

/** Height, width and channels of the examples: their own, else the network's. */
function imageShape({ shape }: Examples, network: Network): [number, number, number] {
  const found = [shape, network.shape].find(({ length }) => length === 2 || length === 3)
  const [height, across, channels = 1] = found ?? []
  if (height !== undefined && across !== undefined) return [height, across, channels]
  throw new UsageError(
    `augment distorts images, and the data's examples are ${width(shape)} inputs in a row; give ` +
      'the data its shape, [height, width] or [height, width, channels], or begin the network ' +
      'with its layout, like 28x28x1',
  )
}
