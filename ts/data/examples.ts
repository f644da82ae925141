import { UsageError } from '../errors.js'

/** Labelled examples as plain data. */
export interface Examples {
  /** [count × width], row-major; bytes are 0–255 intensities. */
  readonly inputs: Uint8Array | Float32Array
  /** Shape of one example, such as [28, 28]; its product is the width. */
  readonly shape: readonly number[]
  readonly targets: Targets
  readonly count: number
}

export type Targets =
  | { readonly kind: 'labels'; readonly labels: Uint32Array; readonly classes: number }
  /** [count × width], row-major. */
  | { readonly kind: 'values'; readonly values: Float32Array; readonly width: number }

/** Inputs of one example. */
export function width(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1)
}

/**
 * Examples from arrays: `inputs` [count × product of shape]; `targets` are labels (one a example;
 * `classes` is the highest + 1 unless told) or, as Float32Array, values [count × any width].
 * Throws `UsageError` where lengths do not fit or a label is not below `classes`.
 */
export function dataset(options: {
  inputs: Uint8Array | Float32Array
  shape: readonly number[]
  targets: Uint8Array | Uint32Array | readonly number[] | Float32Array
  classes?: number
}): Examples {
  const { inputs, shape, targets } = options
  const perExample = width(shape)
  if (!(Number.isInteger(perExample) && perExample > 0)) {
    throw new UsageError(`shape [${shape.join(', ')}] holds no inputs`)
  }
  const count = inputs.length / perExample
  if (count === 0 || !Number.isInteger(count)) {
    throw new UsageError(`${inputs.length} inputs are no whole examples of ${perExample}`)
  }
  if (targets instanceof Float32Array) {
    const outputs = targets.length / count
    if (!Number.isInteger(outputs) || outputs === 0) {
      throw new UsageError(`${targets.length} target values do not fit ${count} examples`)
    }
    return { inputs, shape, targets: { kind: 'values', values: targets, width: outputs }, count }
  }
  const labels = Uint32Array.from(targets)
  if (labels.length !== count) {
    throw new UsageError(`${labels.length} labels do not fit ${count} examples`)
  }
  const highest = labels.reduce((most, label) => Math.max(most, label), 0)
  const classes = options.classes ?? highest + 1
  if (highest >= classes) {
    const at = labels.indexOf(highest)
    throw new UsageError(`label ${highest} of example ${at} is not below the ${classes} classes`)
  }
  return { inputs, shape, targets: { kind: 'labels', labels, classes }, count }
}

/** Examples per class. */
export function classCounts({ targets }: Examples): number[] {
  if (targets.kind === 'values') return []
  const counts = new Array<number>(targets.classes).fill(0)
  for (const label of targets.labels) counts[label] = (counts[label] ?? 0) + 1
  return counts
}
