import { FeedalignError, UsageError } from '../../errors.js'
import type { Elements } from '../elements.js'
import { dataset, width, type Examples } from '../examples.js'
import type { OwnOptions } from './options.js'
import type { Part, Parts, Placed } from './parts.js'

type Kind = 'labels' | 'values'

/** Parts as examples of one shape, with one kind of targets, of as many classes. */
export function examplesOf(
  parts: Parts,
  options: OwnOptions,
): { readonly train: Examples; readonly test: Examples | undefined } {
  const all = parts.test === undefined ? [parts.train] : [parts.train, parts.test]
  const kind = options.targets ?? kindOf(parts, all)
  const classes = kind === 'labels' ? Math.max(...all.map(classesOf)) : undefined
  const [train, test] = all.map((part) => made(part, kind, classes, options))
  if (train === undefined) throw new Error('no part to train on')
  if (test !== undefined) checkAlike(train, test, all)
  return { train, test }
}

/** What targets are where nobody says: whole types are labels, floats values, text by content. */
function kindOf({ untyped, train }: Parts, all: readonly Part[]): Kind {
  const { shape, data } = train.y.array
  if (width(shape.slice(1)) !== 1) return 'values'
  if (!isFloat(data)) return 'labels'
  const labels = ({ y }: Part): boolean =>
    (y.array.data as Float32Array).every((value) => Number.isInteger(value) && value >= 0)
  return untyped === true && all.every(labels) ? 'labels' : 'values'
}

const isFloat = (data: Elements): boolean =>
  data instanceof Float32Array || data instanceof Float64Array

/** As many classes as the highest label tells; what is no label is told later. */
function classesOf({ y }: Part): number {
  let highest = 0
  for (const value of y.array.data) if (value > highest) highest = Number(value)
  return Number.isInteger(highest) ? highest + 1 : 1
}

function made(
  { x, y }: Part,
  kind: Kind,
  classes: number | undefined,
  options: OwnOptions,
): Examples {
  checkCounts(x, y)
  const { data } = x.array
  const inputs = data instanceof Uint8Array ? data : floats(data)
  const shape = shapeOf(x, options)
  const targets = kind === 'labels' ? numbers(y) : floats(y.array.data)
  try {
    return dataset({ inputs, shape, targets, ...(classes === undefined ? {} : { classes }) })
  } catch (error) {
    if (!(error instanceof UsageError)) throw error
    const { place } = /^(label|target|classes)/.test(error.message) ? y : x
    throw new FeedalignError(`${place}: ${error.message}`)
  }
}

function checkCounts(x: Placed, y: Placed): void {
  const [inputs, targets] = [x.array.shape[0], y.array.shape[0]]
  if (inputs === undefined || targets === undefined || inputs === 0) {
    const { place, array } = targets === undefined ? y : x
    const found = array.shape.length === 0 ? 'one value' : `[${array.shape.join(' × ')}]`
    throw new FeedalignError(`${place}: ${found}, expected an array of examples`)
  }
  if (inputs === targets) return
  throw new FeedalignError(
    `${y.place}: ${targets} targets for the ${inputs} examples of ${x.place}`,
  )
}

/** Of one example: as told, else as the array has it. */
function shapeOf({ array, place }: Placed, { shape }: OwnOptions): readonly number[] {
  const [, ...own] = array.shape
  if (shape === undefined) return own.length === 0 ? [1] : own
  if (width(shape) === width(own)) return shape
  const [found, wanted] = [width(own), shape.join('x')]
  throw new UsageError(`shape: ${wanted} is not of the ${found} inputs of an example of ${place}`)
}

/** Labels of any type, [n] or [n × 1]; whether they are such is checked where examples are made. */
function numbers({ array, place }: Placed): readonly number[] {
  const { shape, data } = array
  if (width(shape.slice(1)) === 1) return Array.from<number | bigint, number>(data, Number)
  const cure = 'expected one label an example; of one column each class, save y.argmax(1)'
  throw new FeedalignError(`${place}: [${shape.join(' × ')}], ${cure}`)
}

/** In 32 bits, which all are held in but bytes. */
function floats(data: Elements): Float32Array {
  if (data instanceof Float32Array) return data
  if (data instanceof BigInt64Array || data instanceof BigUint64Array) {
    const made = new Float32Array(data.length)
    data.forEach((value, at) => {
      made[at] = Number(value)
    })
    return made
  }
  return new Float32Array(data)
}

function checkAlike(train: Examples, test: Examples, [first, second]: readonly Part[]): void {
  const text = ({ shape }: Examples): string => shape.join(' × ')
  if (text(train) !== text(test)) {
    const wanted = `expected [${text(train)}] as in ${first?.x.place ?? ''}`
    throw new FeedalignError(`${second?.x.place ?? ''}: examples of [${text(test)}], ${wanted}`)
  }
  const [a, b] = [train.targets, test.targets].map((targets) =>
    targets.kind === 'values' ? targets.width : 0,
  )
  if (a === b) return
  const wanted = `expected ${a} as in ${first?.y.place ?? ''}`
  throw new FeedalignError(`${second?.y.place ?? ''}: ${b} values an example, ${wanted}`)
}
