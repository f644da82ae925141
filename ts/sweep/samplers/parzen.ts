import type { Parameter } from '../conditions.js'
import type { Places } from '../domain.js'
import type { Parameters } from '../job.js'
import type { Space } from '../space.js'
import { normalBetween, normalDraw } from './normal.js'

/** The share of a choice's kernel that is even over all choices. */
const EVEN = 0.3

type Random = Iterator<number, never>

/** What a kernel has of one parameter. */
interface Part {
  /** A place in the parameter's domain. */
  readonly draw: (random: Random) => number
  /** Of places that have one value, relative to drawing evenly. */
  readonly density: (places: Places) => number
}

/**
 * A density of configurations: the mean of kernels, one about each observation and one, the prior,
 * that is even everywhere. A kernel is a product over parameters: of a normal
 * distribution cut off at the range's ends, or of a distribution with much of its weight on one
 * choice. Of a parameter that did not count in its observation it knows nothing, and is even there.
 *
 * Densities are relative to drawing evenly, so that it does not matter which parameters count.
 */
export class Parzen {
  readonly #space: Space
  /** Of each kernel its parts, by parameter. */
  readonly #kernels: readonly (readonly Part[])[]

  constructor(space: Space, observations: readonly Parameters[]) {
    this.#space = space
    const deviation = deviationOf(observations.length, space.parameters.length)
    this.#kernels = [...observations, {}].map((one) => {
      return space.parameters.map((parameter) => partOf(parameter, one, deviation))
    })
  }

  draw(random: Random): Parameters {
    const kernel = this.#kernels[Math.floor(random.next().value * this.#kernels.length)]
    return this.#space.choose(({ domain }, index) => {
      return domain.at(kernel?.[index]?.draw(random) ?? NaN)
    })
  }

  /** Its natural logarithm. */
  logDensity(parameters: Parameters): number {
    const places = this.#space.parameters.map((parameter) => placesOf(parameter, parameters))
    let sum = 0
    for (const kernel of this.#kernels) {
      let density = 1
      for (const [index, at] of places.entries()) {
        if (at !== undefined) density *= kernel[index]?.density(at) ?? NaN
      }
      sum += density
    }
    return Math.log(sum / this.#kernels.length)
  }
}

/** Undefined where it does not count, and of a value that is not in the domain. */
function placesOf({ name, domain }: Parameter, parameters: Parameters): Places | undefined {
  const value = parameters[name]
  return value === undefined ? undefined : domain.places(value)
}

/**
 * Of kernels of numbers, of a range that is 1 wide: Scott's rule, from 0.2, but no less than a
 * kernel's share, as Bergstra's "magic clipping" has it.
 */
function deviationOf(observations: number, dimensions: number): number {
  const scott = 0.2 * Math.max(observations, 1) ** (-1 / (dimensions + 4))
  return Math.max(scott, 1 / Math.min(100, observations + 2))
}

function partOf(parameter: Parameter, parameters: Parameters, deviation: number): Part {
  const places = placesOf(parameter, parameters)
  if (places === undefined) return even
  const centre = (places[0] + places[1]) / 2
  return parameter.domain.ordered
    ? normal(centre, deviation)
    : choice(centre, parameter.domain.size ?? NaN)
}

const even: Part = { draw: (random) => random.next().value, density: () => 1 }

function normal(centre: number, deviation: number): Part {
  const within = normalBetween(-centre / deviation, (1 - centre) / deviation)
  return {
    draw: (random) => {
      for (;;) {
        const place = centre + deviation * normalDraw(random)
        if (place >= 0 && place < 1) return place
      }
    },
    density: ([from, to]) => {
      const [low, high] = [(from - centre) / deviation, (to - centre) / deviation]
      const share = to > from ? normalBetween(low, high) / (to - from) : bell(low) / deviation
      return share / within
    },
  }
}

function choice(centre: number, size: number): Part {
  return {
    draw: (random) => {
      const [one, other] = [random.next().value, random.next().value]
      return one < EVEN ? other : centre
    },
    density: ([from, to]) => (from <= centre && centre < to ? EVEN + (1 - EVEN) * size : EVEN),
  }
}

/** The density of the standard normal distribution. */
function bell(x: number): number {
  return Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI)
}
