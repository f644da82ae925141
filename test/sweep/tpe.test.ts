import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Parameters, Value } from '../../ts/sweep/job.js'
import { findSampler } from '../../ts/sweep/samplers/index.js'
import { normalBelow, normalBetween } from '../../ts/sweep/samplers/normal.js'
import { Parzen } from '../../ts/sweep/samplers/parzen.js'
import type { Outcome } from '../../ts/sweep/samplers/sampler.js'
import { bestOf } from '../../ts/sweep/samplers/tpe.js'
import { Space, type ParameterSpec, type ParameterSpecs } from '../../ts/sweep/space.js'
import { Study } from '../../ts/sweep/study.js'
import { findPruner } from '../../ts/sweep/pruners/index.js'
import { uniforms } from '../../ts/sweep/uniform.js'
import { normalQuantile, upperTail } from '../reference/normal.js'
import { anySpecs, finiteSpecs } from './spaces.js'

/** Where a value lies when its range is laid out from 0 to 1: from, to. */
function placesOf(spec: ParameterSpec, value: Value): [number, number] {
  if ('choices' in spec) {
    const index = spec.choices.indexOf(value)
    return [index / spec.choices.length, (index + 1) / spec.choices.length]
  }
  const { min, max, log, int, step = 1 } = spec
  const at = Number(value)
  const share = (from: number, to: number, one: number): number => (one - from) / (to - from)
  if (log === true && int === true) {
    const ends = [Math.log(min - 0.5), Math.log(max + 0.5)] as const
    return [share(...ends, Math.log(at - 0.5)), share(...ends, Math.log(at + 0.5))]
  }
  if (log === true) {
    const place = share(Math.log(min), Math.log(max), Math.log(at))
    return [place, place]
  }
  if (int !== true && spec.step === undefined) return [share(min, max, at), share(min, max, at)]
  const count = Math.floor((max - min) / step + 1e-9) + 1
  const index = Math.round((at - min) / step)
  return [index / count, (index + 1) / count]
}

/** By Simpson's rule, of what is smooth. */
function integral(f: (x: number) => number, from: number, to: number): number {
  const [parts, width] = [100, (to - from) / 100]
  const sum = Array.from({ length: parts + 1 }, (_, index) => {
    const weight = index === 0 || index === parts ? 1 : index % 2 === 1 ? 4 : 2
    return weight * f(from + index * width)
  }).reduce((a, b) => a + b)
  return (sum * width) / 3
}

/** A kernel about an observed value, relative to the even density. */
function kernel(spec: ParameterSpec, observed: Value, value: Value, deviation: number): number {
  if ('choices' in spec) {
    const { length } = spec.choices
    return (0.3 / length + (observed === value ? 0.7 : 0)) * length
  }
  const [low, high] = placesOf(spec, observed)
  const bell = (x: number): number => Math.exp(-(((x - (low + high) / 2) / deviation) ** 2) / 2)
  const [from, to] = placesOf(spec, value)
  const mean = to > from ? integral(bell, from, to) / (to - from) : bell(from)
  return mean / integral(bell, 0, 1)
}

/** The mean of kernels about the observations and of the even one. */
function density(
  specs: ParameterSpecs,
  observations: readonly Parameters[],
  at: Parameters,
): number {
  const [n, d] = [observations.length, Object.keys(specs).length]
  const deviation = Math.max(0.2 * Math.max(n, 1) ** (-1 / (d + 4)), 1 / Math.min(100, n + 2))
  const kernels = observations.map((observed) => {
    const factors = Object.entries(at).map(([name, value]) => {
      const [spec, centre] = [specs[name], observed[name]]
      return spec === undefined || centre === undefined ? 1 : kernel(spec, centre, value, deviation)
    })
    return factors.reduce((a, b) => a * b, 1)
  })
  return [...kernels, 1].reduce((a, b) => a + b) / (n + 1)
}

function randomly(specs: ParameterSpecs, seed: number, count: number): Parameters[] {
  const sampler = findSampler('random', { space: new Space(specs), seed })
  return Array.from({ length: count }, (_, configuration) => sampler.draw(configuration, [], []))
}

describe('the density', () => {
  test('is the mean of its kernels', () => {
    fc.assert(
      fc.property(anySpecs, fc.nat(), fc.nat(12), (specs, seed, count) => {
        const [at = {}, ...observations] = randomly(specs, seed, count + 1)
        const found = new Parzen(new Space(specs), observations).logDensity(at)
        expect(Math.exp(found)).toBeCloseTo(density(specs, observations, at), 5)
      }),
      { numRuns: 25 },
    )
  })

  test('adds up to one over all configurations, whatever parameters count', () => {
    fc.assert(
      fc.property(finiteSpecs, fc.nat(), fc.nat(6), (specs, seed, count) => {
        const space = new Space(specs)
        fc.pre((space.gridSize ?? NaN) <= 400)
        const parzen = new Parzen(space, randomly(specs, seed, count))
        const shares = Array.from({ length: space.gridSize ?? 0 }, (_, index) => {
          const parameters = space.grid(index)
          return evenly(specs, parameters) * Math.exp(parzen.logDensity(parameters))
        })
        expect(shares.reduce((a, b) => a + b)).toBeCloseTo(1, 9)
      }),
      { numRuns: 50 },
    )
  })

  test('is that of what is drawn from it', () => {
    const specs = {
      rule: { choices: ['bp', 'fa', 'dfa'] },
      scale: { min: 1, max: 9, int: true, log: true, when: { rule: ['fa', 'dfa'] } },
      momentum: { min: 0, max: 0.9, step: 0.3, when: { rule: ['bp', 'fa'] } },
    }
    const space = new Space(specs)
    const parzen = new Parzen(space, randomly(specs, 5, 4))
    const counts = new Map<string, number>()
    const random = uniforms(['draws'])
    const draws = 6000
    for (let draw = 0; draw < draws; draw++) {
      const text = JSON.stringify(parzen.draw(random))
      counts.set(text, (counts.get(text) ?? 0) + 1)
    }
    for (let index = 0; index < (space.gridSize ?? 0); index++) {
      const parameters = space.grid(index)
      const share = evenly(specs, parameters) * Math.exp(parzen.logDensity(parameters))
      const found = (counts.get(JSON.stringify(parameters)) ?? 0) / draws
      // Five standard deviations.
      expect(Math.abs(found - share)).toBeLessThan(5 * Math.sqrt(share / draws))
    }
  })
})

/** The probability of a configuration where all is drawn evenly. */
function evenly(specs: ParameterSpecs, parameters: Parameters): number {
  const widths = Object.entries(parameters).map(([name, value]) => {
    const spec = specs[name]
    if (spec === undefined) return NaN
    const [from, to] = placesOf(spec, value)
    return to - from
  })
  return widths.reduce((a, b) => a * b, 1)
}

/** An outcome for each, of these values, after an epoch or so many. */
function outcomesOf(
  all: readonly Parameters[],
  values: readonly number[],
  epochs = [1],
): Outcome[] {
  return all.map((parameters, configuration) => ({
    configuration,
    parameters,
    epochs: epochs[configuration % epochs.length] ?? 1,
    value: values[configuration] ?? NaN,
  }))
}

describe('tpe', () => {
  test('takes the candidate of the greatest l / g', () => {
    const continuous = anySpecs.map((specs) => ({ ...specs, free: { min: 0, max: 1 } }))
    const values = fc.array(fc.double({ noNaN: true }), { minLength: 16, maxLength: 16 })
    fc.assert(
      fc.property(continuous, fc.nat(), values, (specs, seed, told) => {
        const space = new Space(specs)
        const all = randomly(specs, seed, 20)
        const [known, open] = [outcomesOf(all.slice(0, 16), told), all.slice(16)]
        const ranked = known.toSorted((a, b) =>
          a.value < b.value ? -1 : Number(a.value > b.value),
        )
        const finite = ranked.filter(({ value }) => value < Infinity)
        // ⌈0.15 · 16⌉
        const best = finite.slice(0, 3)
        const rest = known.filter((outcome) => !best.includes(outcome))
        const l = best.map(({ parameters }) => parameters)
        const g = [...rest.map(({ parameters }) => parameters), ...open]
        const ratio = (at: Parameters): number => density(specs, l, at) / density(specs, g, at)
        const random = uniforms([seed, 20, 'tpe'])
        const parzen = new Parzen(space, l)
        const candidates = Array.from({ length: 8 }, () => parzen.draw(random))
        const sampler = findSampler({ name: 'tpe', candidates: 8 }, { space, seed })
        const chosen = sampler.draw(20, known, open)
        expect(candidates).toContainEqual(chosen)
        const most = Math.max(...candidates.map(ratio))
        expect(ratio(chosen)).toBeGreaterThanOrEqual(most * (1 - 1e-4))
      }),
      { numRuns: 12 },
    )
  })

  test('draws as random does until enough is known', () => {
    const specs = { x: { min: 0, max: 1 } }
    const parts = { space: new Space(specs), seed: 4 }
    const known = outcomesOf(randomly(specs, 4, 9), [1, 2, 3, 4, 5, 6, 7, 8, 9])
    const drawn = findSampler('tpe', parts).draw(30, known, [])
    expect(drawn).toEqual(findSampler('random', parts).draw(30, [], []))
    const sooner = findSampler({ name: 'tpe', startup: 9 }, parts).draw(30, known, [])
    expect(sooner).not.toEqual(drawn)
  })

  /** What it draws, by seed, of x from 0 to 1, where 20 places have these values. */
  function drawnOf(valueAt: (x: number) => number, open: readonly number[] = []): number[] {
    const space = new Space({ x: { min: 0, max: 1 } })
    const places = Array.from({ length: 20 }, (_, index) => (index + 0.5) / 20)
    const known = outcomesOf(
      places.map((x) => ({ x })),
      places.map(valueAt),
    )
    return Array.from({ length: 30 }, (_, seed) => {
      const atWork = open.map((x) => ({ x }))
      const sampler = findSampler({ name: 'tpe', gamma: 0.2 }, { space, seed })
      return Number(sampler.draw(20, known, atWork)['x'])
    })
  }

  test('keeps away from what failed', () => {
    const drawn = drawnOf((x) => (x > 0.5 ? Infinity : 1))
    expect(drawn.filter((x) => x > 0.5).length).toBeLessThan(3)
  })

  test('keeps away from what is at work', () => {
    const upper = (drawn: readonly number[]): number => drawn.filter((x) => x > 0.5).length
    const valueAt = (x: number): number => Math.min(Math.abs(x - 0.2), Math.abs(x - 0.8))
    expect(upper(drawnOf(valueAt, [0.15, 0.2, 0.2, 0.25]))).toBeGreaterThan(25)
    expect(upper(drawnOf(valueAt, [0.75, 0.8, 0.8, 0.85]))).toBeLessThan(5)
  })

  test('ranks by epochs before values, and leaves out what failed', () => {
    const known = outcomesOf(
      [{}, {}, {}, {}, {}, {}],
      [3, 2, 0, 1, Infinity, 2],
      [9, 9, 1, 3, 9, 9],
    )
    const order = bestOf(known, 9).map(({ configuration }) => configuration)
    expect(order).toEqual([1, 5, 0, 3, 2])
    expect(bestOf(known, 2).map(({ configuration }) => configuration)).toEqual([1, 5])
  })

  test('does not draw twice what can be drawn but once', () => {
    const space = new Space({
      rule: { choices: ['bp', 'shallow'] },
      x: { min: 0, max: 1, when: { rule: ['bp'] } },
    })
    const sampler = findSampler({ name: 'tpe', startup: 1 }, { space, seed: 1 })
    const known = outcomesOf([{ rule: 'shallow' }, { rule: 'bp', x: 0.5 }], [0, 1])
    for (let configuration = 2; configuration < 40; configuration++) {
      expect(sampler.draw(configuration, known, [])).not.toEqual({ rule: 'shallow' })
    }
  })

  test('finds better configurations than random does, under noise and with a delay of 8', () => {
    const specs = {
      rule: { choices: ['a', 'b', 'c'] },
      rate: { min: 1e-4, max: 1, log: true },
      momentum: { min: 0, max: 0.95, when: { rule: ['a', 'b'] } },
    }
    const offsets: Record<string, number> = { a: 0, b: 0.1, c: 0.3 }
    const truth = ({ rule, rate, momentum }: Parameters): number =>
      (offsets[String(rule)] ?? NaN) +
      (Math.log10(Number(rate)) + 2) ** 2 +
      (momentum === undefined ? 0 : (Number(momentum) - 0.6) ** 2)
    const best = (name: string, seed: number): number => {
      const noise = uniforms(['noise', seed])
      const study = new Study({
        sampler: findSampler(name, { space: new Space(specs), seed }),
        pruner: findPruner('none'),
        ...{ configurations: 60, repeats: 1, epochs: 1, delay: 8 },
        aggregate: ([value = NaN]) => value,
      })
      for (let job; (job = study.ask()) !== undefined;) {
        const { trial, to, parameters } = job
        study.tell({
          trial,
          to,
          value: truth(parameters) + 0.01 * normalQuantile(noise.next().value),
        })
      }
      const [first] = study.outcomes().sort((a, b) => a.value - b.value)
      return truth(first?.parameters ?? {})
    }
    const mean = (name: string): number =>
      Array.from({ length: 8 }, (_, seed) => best(name, seed)).reduce((a, b) => a + b) / 8
    expect(mean('tpe')).toBeLessThan(0.75 * mean('random'))
  })
})

describe('the normal distribution', () => {
  test('is that of the reference, to 12 digits', () => {
    for (let x = 0; x < 12; x += 0.37) {
      expect(normalBelow(-x) / upperTail(x)).toBeCloseTo(1, 12)
      expect(normalBelow(x)).toBeCloseTo(1 - upperTail(x), 14)
    }
  })

  test('between two places keeps its digits far out', () => {
    const density = Math.exp(-32) / Math.sqrt(2 * Math.PI)
    expect(normalBetween(8, 8 + 1e-6) / (density * 1e-6)).toBeCloseTo(1, 4)
    expect(normalBetween(-1, 2)).toBeCloseTo(1 - upperTail(1) - upperTail(2), 14)
  })
})
