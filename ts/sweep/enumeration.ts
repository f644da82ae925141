import { counts, type Parameter } from './conditions.js'
import type { Parameters, Value } from './job.js'

/** Neighbouring values of a parameter between which no condition makes a difference. */
interface Run {
  readonly first: number
  readonly length: number
}

/** Counts through the configurations of parameters that each have a number of values. */
export class Enumeration {
  readonly #parameters: readonly Parameter[]
  /** Of each parameter. */
  readonly #runs: readonly (readonly Run[])[]
  /** How many ways there are to go on, by place and by the values that later conditions ask for. */
  readonly #known = new Map<string, number>()

  constructor(parameters: readonly Parameter[]) {
    this.#parameters = parameters
    this.#runs = parameters.map((parameter) => runs(parameter, parameters))
  }

  /** How many configurations there are; exact up to 2⁵³. */
  get size(): number {
    return this.#from(0, new Map())
  }

  /** The configuration of this number, from 0; values of later parameters change first. */
  nth(index: number): Parameters {
    const chosen = new Map<string, Value>()
    let left = index
    for (const [place, parameter] of this.#parameters.entries()) {
      if (!counts(parameter, chosen)) continue
      const { name, domain } = parameter
      for (const { first, length } of this.#runs[place] ?? []) {
        const each = this.#from(place + 1, chosen.set(name, domain.nth(first)))
        if (left < length * each) {
          chosen.set(name, domain.nth(first + Math.floor(left / each)))
          left %= each
          break
        }
        left -= length * each
      }
    }
    return Object.fromEntries(chosen)
  }

  /** How many ways there are to choose the parameters from this place on. */
  #from(place: number, chosen: ReadonlyMap<string, Value>): number {
    const parameter = this.#parameters[place]
    if (parameter === undefined) return 1
    if (!counts(parameter, chosen)) return this.#from(place + 1, chosen)
    const later = this.#parameters.slice(place).flatMap(({ conditions }) => conditions)
    const asked = new Set(later.map(({ name }) => name))
    const key = JSON.stringify([place, ...[...chosen].filter(([name]) => asked.has(name))])
    const known = this.#known.get(key)
    if (known !== undefined) return known
    const { name, domain } = parameter
    const ways = (this.#runs[place] ?? []).map(({ first, length }) => {
      return length * this.#from(place + 1, new Map(chosen).set(name, domain.nth(first)))
    })
    const sum = ways.reduce((one, other) => one + other, 0)
    this.#known.set(key, sum)
    return sum
  }
}

function runs({ name, domain }: Parameter, parameters: readonly Parameter[]): Run[] {
  const conditions = parameters.flatMap((parameter) => parameter.conditions)
  const asked = conditions.flatMap((one) => (one.name === name ? one.values : []))
  const edges = asked.flatMap((value) => [domain.indexOf(value), domain.indexOf(value) + 1])
  const starts = [...new Set([0, ...edges])].sort((a, b) => a - b)
  return starts.flatMap((first, at) => {
    const length = (starts[at + 1] ?? domain.size ?? 0) - first
    return length > 0 ? [{ first, length }] : []
  })
}
