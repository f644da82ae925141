import { FeedalignError } from '../../errors.js'
import { openMat, type MatFile, type Values } from '../mat/mat.js'

/** What a made file says of itself at its start, so that it is never taken for SVHN's. */
export const MADE = 'svhn-like, made by feedalign'

/** One of SVHN's files: its labels read, its images to come. */
export interface SvhnFile {
  readonly file: string
  readonly mat: MatFile
  /** Digits 0 to 9, one an image. */
  readonly labels: Uint32Array
}

/**
 * Opens a file and reads its labels, which tell before anything else is read how many images there
 * must be. `made`: whether it must be a made one. Throws `FeedalignError` where it is not as
 * SVHN's are. To be closed.
 */
export async function openSvhn(file: string, made: boolean): Promise<SvhnFile> {
  const mat = await openMat(file)
  try {
    if (mat.description.includes(MADE) !== made) {
      const cure = made ? 'is not made by `feedalign data make`' : 'take it as --data svhn-like'
      throw new FeedalignError(`${file}: ${mat.description}: ${cure}`)
    }
    const labels = digits((await mat.read('y')).data, file)
    const { class: kind, shape } = mat.variable('X')
    const expected = [32, 32, 3, labels.length]
    if (kind !== 'uint8' || shape.join() !== expected.join()) {
      const found = `X is ${kind} ${shape.join(' × ')}`
      const wanted = `uint8 ${expected.join(' × ')} for the ${labels.length} labels of y`
      throw new FeedalignError(`${file}: ${found}, expected ${wanted}`)
    }
    return { file, mat, labels }
  } catch (error) {
    await mat.close()
    throw error
  }
}

/** Digits; the files have 10 for 0. */
function digits(labels: Values, file: string): Uint32Array {
  if (labels.length === 0) throw new FeedalignError(`${file}: y has no labels`)
  return Uint32Array.from(labels as ArrayLike<number | bigint>, (given, image) => {
    const label = Number(given)
    if (Number.isInteger(label) && label >= 1 && label <= 10) return label % 10
    throw new FeedalignError(`${file}: label ${label} of image ${image}, expected 1 to 10`)
  })
}
