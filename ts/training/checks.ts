import { inputs, outputs, type Network } from '../network/index.js'
import { width, type Examples } from '../data/examples.js'
import { UsageError } from '../errors.js'

/** The value, if it is a whole number within bounds. */
export function whole(name: string, value: number, least: number, most: number): number {
  if (Number.isInteger(value) && value >= least && value <= most) return value
  throw new UsageError(`${name} ${value} is not a whole number from ${least} to ${most}`)
}

/** The value, if it is finite and not negative. */
export function factor(name: string, value: number): number {
  if (Number.isFinite(value) && value >= 0) return value
  throw new UsageError(`${name} ${value} is not a finite number from 0 up`)
}

/** The value, if it lies within bounds. */
export function within(name: string, value: number, least: number, most: number): number {
  if (value >= least && value <= most) return value
  throw new UsageError(`${name} ${value} is not a number from ${least} to ${most}`)
}

/** The value, if it is one of those known. */
export function among<T extends string>(name: string, value: T, known: readonly T[]): T {
  if (known.includes(value)) return value
  throw new UsageError(`${name} ${JSON.stringify(value)} is none of ${known.join(', ')}`)
}

/** The value, if it is above 0 and at most 1. */
export function share(name: string, value: number): number {
  if (Math.fround(value) > 0 && value <= 1) return value
  throw new UsageError(`${name} ${value} is not above 0 and at most 1`)
}

/** Throws `UsageError` where the network cannot take the data; `what` names them. */
export function checkFits(network: Network, what: string, { shape, targets }: Examples): void {
  if (width(shape) !== inputs(network)) {
    const found = width(shape)
    throw new UsageError(`the network takes ${inputs(network)} inputs, the ${what} has ${found}`)
  }
  const last = outputs(network)
  if (targets.kind === 'labels' && targets.classes > last) {
    throw new UsageError(`the ${what} has ${targets.classes} classes, the network ${last} outputs`)
  }
  if (targets.kind === 'values' && targets.width !== last) {
    const found = `${targets.width} values per example`
    throw new UsageError(`the ${what}'s targets have ${found}, the network ${last} outputs`)
  }
}

/** Throws `UsageError` where what is tested on has not the kind of targets that is trained on. */
export function checkAlike(data: Examples, test: Examples): void {
  const [trained, tested] = [data.targets.kind, test.targets.kind]
  if (trained === tested) return
  throw new UsageError(`the data's targets are ${trained}, the test data's are ${tested}`)
}
