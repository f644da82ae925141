import { didYouMean, UsageError } from '../errors.js'
import { parsePairs } from '../pairs.js'

/** How training images are distorted, each anew in every epoch; what is not told is not done. */
export interface Augmentation {
  /** Largest shift along either axis in pixels, whole or not; 0 to 65,535. */
  readonly shift?: number
  /** Pixels of zeros put around an image before its own size is cut out at random; as `shift`. */
  readonly crop?: number
  /** Largest rotation either way in degrees, 0 to 180. */
  readonly rotation?: number
  /** Largest change of size, as a share of it, either way; 0 to 0.95. */
  readonly zoom?: number
  /** Largest shear either way in degrees, 0 to 80. */
  readonly shear?: number
  /** Displacements of single pixels, smooth as a Gaussian has made them (Simard 2003). */
  readonly elastic?: {
    /** Standard deviation of a displacement in pixels, 0 to 65,535. */
    readonly amplitude: number
    /** Standard deviation of the Gaussian in pixels, 0.5 to 65,535. */
    readonly smoothness: number
  }
}

const PIXELS = 65_535

/** What a distortion may be: from 0 to `most`, by which unit. */
const limits = {
  shift: { most: PIXELS, unit: 'pixels' },
  crop: { most: PIXELS, unit: 'pixels' },
  rotation: { most: 180, unit: 'degrees' },
  zoom: { most: 0.95, unit: 'as a share of the size' },
  shear: { most: 80, unit: 'degrees' },
} as const

const names = [...Object.keys(limits), 'elastic']
const LIKE = 'shift=2,rotation=10,elastic=1:4'

/**
 * Distortions by name, `shift=2,rotation=10,elastic=1:4`: numbers as in `Augmentation`, of elastic
 * amplitude and smoothness. Throws `UsageError` where they are none.
 */
export function parseAugmentation(text: string): Augmentation {
  const entries = parsePairs(text, LIKE).map(({ name, value, part }) => {
    const numbers = value.split(':').map((one) => (one === '' ? NaN : Number(one)))
    const [first = NaN, second = NaN] = numbers
    if (!numbers.some(Number.isNaN) && numbers.length === (name === 'elastic' ? 2 : 1)) {
      return [name, name === 'elastic' ? { amplitude: first, smoothness: second } : first] as const
    }
    checkName(name)
    const wanted = name === 'elastic' ? 'elastic=AMPLITUDE:SMOOTHNESS' : `${name}=NUMBER`
    throw new UsageError(`${JSON.stringify(part)} is not ${wanted}; distortions are like ${LIKE}`)
  })
  const augmentation: Augmentation = Object.fromEntries(entries)
  checkAugmentation(augmentation)
  return augmentation
}

/** Throws `UsageError` where a distortion is unknown, or is more than there may be. */
export function checkAugmentation(augmentation: Augmentation): void {
  Object.keys(augmentation).forEach(checkName)
  for (const [name, { most, unit }] of Object.entries(limits)) {
    const value = augmentation[name as keyof typeof limits]
    if (value !== undefined) checkNumber(name, value, [0, most], unit)
  }
  const { crop = 0, elastic } = augmentation
  if (!Number.isInteger(crop)) {
    throw new UsageError(`augment.crop ${crop} is not a whole number; shift may be any`)
  }
  if (elastic === undefined) return
  checkNumber('elastic.amplitude', elastic.amplitude, [0, PIXELS], 'pixels')
  checkNumber('elastic.smoothness', elastic.smoothness, [0.5, PIXELS], 'pixels')
}

function checkName(name: string): void {
  if (names.includes(name)) return
  const hint = didYouMean(name, names) || `; known are ${names.join(', ')}`
  throw new UsageError(`augment has no distortion ${JSON.stringify(name)}${hint}`)
}

function checkNumber(
  name: string,
  value: unknown,
  [least, most]: readonly [number, number],
  unit: string,
): void {
  if (typeof value === 'number' && value >= least && value <= most) return
  const found = typeof value === 'string' ? JSON.stringify(value) : String(value)
  throw new UsageError(`augment.${name} ${found} is not a number from ${least} to ${most}, ${unit}`)
}
