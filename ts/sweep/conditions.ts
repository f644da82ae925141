import { didYouMean } from '../errors.js'
import { domainOf, type Domain } from './domain.js'
import type { Value } from './job.js'
import { fail, type ParameterSpecs } from './specs.js'

/** A parameter of a sweep, and which values others must have for it to count. */
export interface Parameter {
  readonly name: string
  readonly domain: Domain
  readonly conditions: readonly Condition[]
}

/** That the parameter of this name counts, and has one of these values. */
export interface Condition {
  readonly name: string
  readonly values: readonly Value[]
}

/** Whether a parameter counts where those before it have these values. */
export function counts({ conditions }: Parameter, chosen: ReadonlyMap<string, Value>): boolean {
  return conditions.every(({ name, values }) => {
    const value = chosen.get(name)
    return value !== undefined && values.includes(value)
  })
}

/**
 * As they were given, but that none stands before one that its conditions name. Throws `UsageError`
 * that names the path.
 */
export function parametersOf(specs: ParameterSpecs): Parameter[] {
  const entries = Object.entries(specs)
  const domains = new Map(entries.map(([name, spec]) => [name, domainOf(name, spec)]))
  const parameters = entries.map(([name, { when }]) => {
    const conditions = Object.entries(when ?? {}).map(([other, values]) => {
      checkCondition(`.${name}.when`, { name: other, values }, domains)
      return { name: other, values }
    })
    return { name, domain: domains.get(name) as Domain, conditions }
  })
  return inOrder(parameters)
}

function checkCondition(
  path: string,
  { name, values }: Condition,
  domains: ReadonlyMap<string, Domain>,
): void {
  const domain = domains.get(name)
  const at = `${path}.${name}`
  if (domain === undefined) {
    const names = [...domains.keys()]
    const hint = didYouMean(name, names) || `; known are ${names.join(', ')}`
    return fail(at, `there is no such parameter${hint}`)
  }
  if (domain.size === undefined) {
    fail(at, `${name} is continuous, so that no value is ever met; give it choices or a step`)
  }
  const stranger = values.findIndex((value) => domain.indexOf(value) < 0)
  if (stranger >= 0) {
    fail(`${at}[${stranger}]`, `${JSON.stringify(values[stranger])} is no value of ${name}`)
  }
}

/** Throws where conditions go round in a circle. */
function inOrder(given: readonly Parameter[]): Parameter[] {
  const ordered: Parameter[] = []
  const waiting = [...given]
  while (waiting.length > 0) {
    const free = waiting.findIndex(
      ({ conditions }) =>
        !conditions.some(({ name }) => waiting.some((other) => other.name === name)),
    )
    if (free < 0) failOfCircle(waiting)
    ordered.push(...waiting.splice(free, 1))
  }
  return ordered
}

function failOfCircle(waiting: readonly Parameter[]): never {
  const circle: string[] = []
  let name = waiting[0]?.name ?? ''
  while (!circle.includes(name)) {
    circle.push(name)
    const { conditions } = waiting.find((one) => one.name === name) as Parameter
    const next = conditions.find((one) => waiting.some((other) => other.name === one.name))
    name = next?.name ?? ''
  }
  const round = [...circle.slice(circle.indexOf(name)), name]
  return fail(
    `.${name}.when.${round[1] ?? ''}`,
    `conditions go round in a circle, ${round.join(' → ')}; leave out one of them`,
  )
}
