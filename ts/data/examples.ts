import { UsageError } from '../errors.js'

/** Labelled examples as plain data. */
export interface Examples {
  /** [count × width], row-major; bytes are 0–255 intensities. */
  readonly inputs: Uint8Array | Float32Array
  /** Shape of one example, such as [28, 28]; its product is the width. */
  readonly shape: readonly number[]
  readonly targets: Targets
  readonly count: number
  /** Who each example is from, as the speaker, [count]: validation sets whole groups aside. */
  readonly groups?: Uint32Array
}

export type Targets =
  | { readonly kind: 'labels'; readonly labels: Uint32Array; readonly classes: number }
  /** [count × width], row-major. */
  | { readonly kind: 'values'; readonly values: Float32Array; readonly width: number }

/** Inputs of one example. */
export function width(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1)
}

/** As many as the widest network has outputs. */
const MAX_CLASSES = 1_000_000

/**
 * Examples from arrays: `inputs` [count × product of shape], finite; `targets` are labels (one an
 * example, whole numbers from 0; `classes`, at most 1,000,000, is the highest + 1 unless told) or,
 * as Float32Array, finite values [count × any width]; `groups` [count] are whole numbers, alike for
 * examples that are not to be set aside without each other. Throws `UsageError` with index and
 * value where that does not hold, or lengths do not fit.
 */
export function dataset(options: {
  inputs: Uint8Array | Float32Array
  shape: readonly number[]
  targets: Uint8Array | Uint32Array | readonly number[] | Float32Array
  classes?: number
  groups?: Uint32Array | readonly number[]
}): Examples {
  const { inputs, shape, targets, classes } = options
  const count = countOf(inputs, shape)
  const groups = options.groups === undefined ? {} : { groups: groupsOf(options.groups, count) }
  if (inputs instanceof Float32Array) checkFinite('input', inputs, width(shape))
  if (targets instanceof Float32Array) {
    if (classes !== undefined) {
      throw new UsageError(`classes ${classes} goes with labels, but targets are float values`)
    }
    return { inputs, shape, targets: valuesOf(targets, count), count, ...groups }
  }
  return { inputs, shape, targets: labelsOf(targets, count, classes), count, ...groups }
}

function countOf(inputs: Uint8Array | Float32Array, shape: readonly number[]): number {
  // Who writes JavaScript has no types to tell.
  if (!((inputs as unknown) instanceof Uint8Array || (inputs as unknown) instanceof Float32Array)) {
    throw new UsageError('inputs must be a Uint8Array or a Float32Array')
  }
  if (shape.length === 0 || !shape.every((size) => Number.isInteger(size) && size > 0)) {
    throw new UsageError(`shape [${shape.join(', ')}] is not of whole numbers from 1 up`)
  }
  const count = inputs.length / width(shape)
  if (count === 0 || !Number.isInteger(count)) {
    throw new UsageError(`${inputs.length} inputs are no whole examples of ${width(shape)}`)
  }
  return count
}

function valuesOf(values: Float32Array, count: number): Targets {
  const outputs = values.length / count
  if (!Number.isInteger(outputs) || outputs === 0) {
    throw new UsageError(`${values.length} target values do not fit ${count} examples`)
  }
  checkFinite('target', values, outputs)
  return { kind: 'values', values, width: outputs }
}

function labelsOf(given: ArrayLike<number>, count: number, told: number | undefined): Targets {
  if (given.length !== count) {
    throw new UsageError(`${given.length} labels do not fit ${count} examples`)
  }
  if (told !== undefined && !(Number.isInteger(told) && told >= 1 && told <= MAX_CLASSES)) {
    throw new UsageError(`classes ${told} is not a whole number from 1 to ${MAX_CLASSES}`)
  }
  let classes = told ?? 1
  for (let example = 0; example < count; example++) {
    const label = given[example] ?? NaN
    if (!(Number.isInteger(label) && label >= 0 && label < (told ?? MAX_CLASSES))) {
      const most = (told ?? MAX_CLASSES) - 1
      throw new UsageError(
        `label ${label} of example ${example} is not a whole number from 0 to ${most}`,
      )
    }
    classes = Math.max(classes, label + 1)
  }
  return { kind: 'labels', labels: Uint32Array.from(given), classes }
}

function groupsOf(given: ArrayLike<number>, count: number): Uint32Array {
  if (given.length !== count) {
    throw new UsageError(`${given.length} groups do not fit ${count} examples`)
  }
  const groups = Uint32Array.from(given)
  const at = groups.findIndex((group, example) => group !== given[example])
  if (at < 0) return groups
  throw new UsageError(`group ${given[at]} of example ${at} is not a whole number from 0 up`)
}

function checkFinite(what: string, values: Float32Array, perExample: number): void {
  const at = values.findIndex((value) => !Number.isFinite(value))
  if (at < 0) return
  const place = `${what} ${at % perExample} of example ${Math.floor(at / perExample)}`
  throw new UsageError(`${place} is ${values[at]}, not a finite number`)
}

/** A copy of some examples, in the order of `indices`. */
export function take(examples: Examples, indices: Uint32Array): Examples {
  const { inputs, shape, targets, groups } = examples
  const rows = <T extends Uint8Array | Float32Array>(all: T, size: number): T => {
    const some = all.slice(0, indices.length * size) as T
    indices.forEach((example, at) => {
      some.set(all.subarray(example * size, (example + 1) * size), at * size)
    })
    return some
  }
  return {
    inputs: rows(inputs, width(shape)),
    shape,
    targets:
      targets.kind === 'labels'
        ? { ...targets, labels: indices.map((example) => targets.labels[example] ?? 0) }
        : { ...targets, values: rows(targets.values, targets.width) },
    count: indices.length,
    ...(groups === undefined ? {} : { groups: indices.map((example) => groups[example] ?? 0) }),
  }
}

/** Examples per class. */
export function classCounts({ targets }: Examples): number[] {
  if (targets.kind === 'values') return []
  const counts = new Array<number>(targets.classes).fill(0)
  for (const label of targets.labels) counts[label] = (counts[label] ?? 0) + 1
  return counts
}
