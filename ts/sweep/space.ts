import { counts, parametersOf, type Parameter } from './conditions.js'
import { Enumeration } from './enumeration.js'
import type { Parameters, Value } from './job.js'
import { readSpecs, type ParameterSpecs } from './specs.js'

export { parametersSchema } from './specs.js'
export type { Choices, ParameterSpec, ParameterSpecs, Range } from './specs.js'

/**
 * Checks a sweep's `parameters`. Throws `UsageError` that begins with the path of what is bad, as
 * `parameters.momentum.when.rule`. Whether `train` has such settings is not asked.
 */
export function checkParameters(given: unknown): ParameterSpecs {
  return new Space(given as ParameterSpecs).specs
}

/** The configurations that a sweep can choose from. */
export class Space {
  readonly specs: ParameterSpecs
  /** As they were given, but that none stands before one that its conditions name. */
  readonly parameters: readonly Parameter[]
  readonly #enumeration: Enumeration

  /** Throws `UsageError`, as `checkParameters`. */
  constructor(specs: ParameterSpecs) {
    this.specs = readSpecs(specs)
    this.parameters = parametersOf(this.specs)
    this.#enumeration = new Enumeration(this.parameters)
  }

  /** How many different configurations there are; undefined where a parameter is continuous. */
  get gridSize(): number | undefined {
    const endless = this.parameters.some(({ domain }) => domain.size === undefined)
    return endless ? undefined : this.#enumeration.size
  }

  /** The configuration of this number, from 0 to below `gridSize`; later parameters vary faster. */
  grid(index: number): Parameters {
    return this.#enumeration.nth(index)
  }

  /** The configuration at a place, 0 to below 1, in each of `parameters`. */
  at(places: readonly number[]): Parameters {
    return this.choose(({ domain }, index) => domain.at(places[index] ?? NaN))
  }

  /** The configuration of chosen values, asked for in order, and only of parameters that count. */
  choose(value: (parameter: Parameter, index: number) => Value): Parameters {
    const chosen = new Map<string, Value>()
    for (const [index, parameter] of this.parameters.entries()) {
      if (counts(parameter, chosen)) chosen.set(parameter.name, value(parameter, index))
    }
    return Object.fromEntries(chosen)
  }
}
