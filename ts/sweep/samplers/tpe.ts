import * as v from 'valibot'
import { single, whole } from '../../values.js'
import type { Parameters } from '../job.js'
import type { Space } from '../space.js'
import { uniforms } from '../uniform.js'
import { Parzen } from './parzen.js'
import { drawAtRandom } from './random.js'
import { sampler, type Outcome, type Sampled } from './sampler.js'

/** The best are at most so many, as in Bergstra's program. */
const MOST_BEST = 25

/** Of the others the latest count, so that a long sweep does not become slow. */
const MOST_OTHERS = 200

/**
 * The Tree-structured Parzen Estimator of Bergstra et al. (2011, "Algorithms for Hyper-Parameter
 * Optimization", section 4): splits what is known into the best, of density l, and the others, of
 * density g; draws candidates from l, and takes that of the greatest l / g. Both are densities of
 * all parameters together, as in BOHB (Falkner et al. 2018). Configurations without an outcome count
 * among the others, so that those at work at once differ. What has an outcome, or is at work, is
 * not drawn again while there is something else.
 */
export const tpe = sampler({
  name: 'tpe',
  about: 'draws near the best so far and away from the others, once `startup` are known',
  options: v.strictObject({
    /** Outcomes before which configurations are those of `random`. */
    startup: v.optional(whole(1, 1e6), 10),
    /** Drawn, of which one is taken. */
    candidates: v.optional(whole(1, 10_000), 24),
    /** The share of outcomes that are the best. */
    gamma: v.optional(
      single('a share above 0 and below 1', (share) => share > 0 && share < 1),
      0.15,
    ),
  }),
  make: (options) => (sampled) => ({
    size: undefined,
    draw: (configuration, outcomes, open) => {
      if (outcomes.length < options.startup) return drawAtRandom(sampled, configuration)
      const densities = split(sampled.space, outcomes, open, options.gamma)
      const candidates = drawnFrom(densities, sampled, configuration, options.candidates)
      const tried = [...outcomes.map(({ parameters }) => parameters), ...open]
      const isNew = (candidate: Parameters) => !tried.some((one) => isSame(one, candidate))
      return candidates.find(isNew) ?? drawAtRandom(sampled, configuration)
    },
  }),
})

/** Of the best, and of the others. */
interface Densities {
  readonly l: Parzen
  readonly g: Parzen
}

function split(
  space: Space,
  outcomes: readonly Outcome[],
  open: readonly Parameters[],
  gamma: number,
): Densities {
  const best = bestOf(outcomes, Math.min(Math.ceil(gamma * outcomes.length), MOST_BEST))
  const taken = new Set(best)
  const others = outcomes.filter((outcome) => !taken.has(outcome)).slice(-MOST_OTHERS)
  const parametersOf = ({ parameters }: Outcome): Parameters => parameters
  return {
    l: new Parzen(space, best.map(parametersOf)),
    g: new Parzen(space, [...others.map(parametersOf), ...open]),
  }
}

/** Candidates of l, by falling l / g. */
function drawnFrom(
  { l, g }: Densities,
  { seed }: Sampled,
  configuration: number,
  count: number,
): Parameters[] {
  const random = uniforms([seed, configuration, 'tpe'])
  const candidates = Array.from({ length: count }, () => {
    const parameters = l.draw(random)
    return { parameters, score: l.logDensity(parameters) - g.logDensity(parameters) }
  })
  return candidates.sort((a, b) => b.score - a.score).map(({ parameters }) => parameters)
}

/** Those of finite value that got furthest, and of these the lowest; the earlier of equal ones. */
export function bestOf(outcomes: readonly Outcome[], count: number): Outcome[] {
  const best: Outcome[] = []
  for (const outcome of outcomes) {
    const last = best[count - 1]
    if (outcome.value === Infinity || (last !== undefined && !isBetter(outcome, last))) continue
    const place = best.findIndex((one) => isBetter(outcome, one))
    best.splice(place < 0 ? best.length : place, 0, outcome)
    best.length = Math.min(best.length, count)
  }
  return best
}

function isBetter(one: Outcome, other: Outcome): boolean {
  return one.epochs === other.epochs ? one.value < other.value : one.epochs > other.epochs
}

function isSame(one: Parameters, other: Parameters): boolean {
  const names = Object.keys(one)
  if (names.some((name) => one[name] !== other[name])) return false
  return names.length === Object.keys(other).length
}
