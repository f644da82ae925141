import { UsageError } from '../errors.js'
import type { Parameters, Value } from './job.js'
import type { Parameter } from './conditions.js'
import { Space } from './space.js'
import type { Spec } from './spec.js'
import { configOf } from './trial.js'

/**
 * Tries every choice of each parameter, and the ends of each range and a value between, beside the
 * first values of all others: what can be known to be bad is known before hours of training. Throws
 * `UsageError`.
 */
export function checkCorners(spec: Spec): void {
  const space = new Space(spec.parameters)
  for (const parameter of space.parameters) {
    for (const value of ends(parameter)) checkConfiguration(spec, corner(space, parameter, value))
    const between = fraction(parameter)
    if (between === undefined) continue
    checkConfiguration(spec, corner(space, parameter, between), '; whole ones alone by "int": true')
  }
}

function checkConfiguration(spec: Spec, parameters: Parameters, cure = ''): void {
  try {
    configOf(spec, { parameters, repeat: 0 })
  } catch (error) {
    if (!(error instanceof UsageError)) throw error
    throw new UsageError(`${error.message}${cure} (as in ${JSON.stringify(parameters)})`)
  }
}

/** A configuration in which the parameter has this value, and so those that it asks for. */
function corner(space: Space, parameter: Parameter, value: Value): Parameters {
  const wanted = new Map([[parameter.name, value]])
  // Before a parameter stand those that its conditions name.
  for (const { name, conditions } of [...space.parameters].reverse()) {
    if (!wanted.has(name)) continue
    for (const { name: other, values } of conditions) {
      if (!wanted.has(other)) wanted.set(other, values[0] ?? NaN)
    }
  }
  return space.choose((one) => wanted.get(one.name) ?? ends(one)[0] ?? NaN)
}

function ends({ domain }: Parameter): Value[] {
  const { size, ordered } = domain
  if (size === undefined) return [domain.at(0), domain.at(1 - Number.EPSILON)]
  if (ordered) return [domain.nth(0), domain.nth(size - 1)]
  return Array.from({ length: size }, (_, index) => domain.nth(index))
}

/** A value of a range that is no whole number, where its ends are: a setting may ask for these. */
function fraction(parameter: Parameter): Value | undefined {
  const { size, ordered, at, nth } = parameter.domain
  if (!ordered || !ends(parameter).every(Number.isInteger)) return undefined
  const between = size === undefined ? at(Math.SQRT1_2) : nth(1)
  return Number.isInteger(between) ? undefined : between
}
