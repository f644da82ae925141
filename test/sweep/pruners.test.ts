import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { findPruner, pruners } from '../../ts/sweep/pruners/index.js'
import type { Standing } from '../../ts/sweep/pruners/pruner.js'
import { options, simulate } from './simulation.js'

/** Configurations from `first` on at one rung with these values; which are promoted. */
function rung(
  place: number,
  values: readonly number[],
  promoted: readonly number[] = [],
  first = 0,
) {
  return values.map((value, i): Standing => {
    const configuration = first + i
    const done = promoted.includes(configuration)
    return { configuration, rung: place, epochs: place + 1, value, promoted: done, last: false }
  })
}

test('rungs ascend to all epochs, whatever the pruner', () => {
  for (const { name } of pruners) {
    const { rungs } = findPruner(name)
    fc.assert(
      fc.property(fc.nat(1000), fc.integer({ min: 1, max: 300 }), (configuration, epochs) => {
        const found = rungs(configuration, epochs)
        expect(found).toEqual([...new Set(found)].sort((a, b) => a - b))
        expect(found[0]).toBeGreaterThan(0)
        expect(found.at(-1)).toBe(epochs)
      }),
    )
  }
})

describe('asha', () => {
  const asha = findPruner({ name: 'asha', eta: 3, first: 2 })

  test('has a rung at first · eta^k epochs', () => {
    expect(asha.rungs(0, 60)).toEqual([2, 6, 18, 54, 60])
    expect(asha.rungs(5, 18)).toEqual([2, 6, 18])
    expect(asha.rungs(0, 1)).toEqual([1])
  })

  test('promotes the best third of a rung, the highest rung first, each once', () => {
    expect(asha.next(rung(0, [3, 1]))).toBeUndefined()
    expect(asha.next(rung(0, [3, 1, 2]))?.configuration).toBe(1)
    expect(asha.next(rung(0, [3, 1, 2], [1]))).toBeUndefined()
    expect(asha.next(rung(0, [3, 1, 2, 4], [1]))).toBeUndefined()
    expect(asha.next(rung(0, [3, 1, 2, 0], [1]))?.configuration).toBe(3)
    const low = rung(0, [9, 8, 7, 6, 5, 4], [3, 4, 5])
    const high = rung(1, [6, 4, 5], [], 3)
    expect(asha.next([...low, ...high])).toMatchObject({ configuration: 4, rung: 1 })
    expect(asha.next([...low, ...rung(1, [6, 4, 5], [4], 3)])).toBeUndefined()
  })

  test('never promotes what failed, nor what is at its end', () => {
    expect(asha.next(rung(0, [Infinity, Infinity, Infinity]))).toBeUndefined()
    const ended = rung(2, [1, 2, 3]).map((one) => ({ ...one, last: true }))
    expect(asha.next(ended)).toBeUndefined()
  })

  test('spends on a search about what its rungs say, and finds as good a configuration', () => {
    const search = (name: string) => {
      const given = options({
        pruner: findPruner(name),
        configurations: 60,
        repeats: 1,
        epochs: 27,
      })
      const { results, study } = simulate(given, { workers: 2, seed: 0 })
      const spent = study.tasks.map((tasks) => tasks.at(-1)?.task.to ?? 0)
      const epochs = spent.reduce((sum, to) => sum + to, 0)
      const values = results.map((result) => ('value' in result ? result.value : NaN))
      return { epochs, best: Math.min(...values) }
    }
    const [none, halved] = [search('none'), search('asha')]
    expect(halved.epochs).toBeLessThan(0.4 * none.epochs)
    expect(halved.best).toBeLessThan(none.best + 0.01)
  })
})

describe('median', () => {
  const median = findPruner({ name: 'median', first: 2, interval: 3, least: 3 })

  test('has a rung every interval from the first on', () => {
    expect(median.rungs(0, 10)).toEqual([2, 5, 8, 10])
    expect(median.rungs(0, 2)).toEqual([2])
  })

  test('lets the least at a rung go on, then what is no worse than the median before it', () => {
    const chosen = (values: readonly number[], promoted: readonly number[]) =>
      median.next(rung(0, values, promoted))?.configuration
    expect(chosen([5, 9, 1], [])).toBe(0)
    expect(chosen([5, 9, 1, 6], [0, 1, 2])).toBeUndefined()
    expect(chosen([5, 9, 1, 5], [0, 1, 2])).toBe(3)
    expect(chosen([5, 9, 1, 6, 5.5], [0, 1, 2])).toBe(4)
    expect(chosen([5, 9, 1, 6, 5.6], [0, 1, 2])).toBeUndefined()
    // Later values do not bring back what was judged.
    expect(chosen([5, 9, 1, 6, 99, 99, 99], [0, 1, 2])).toBeUndefined()
  })
})

describe('median, which keeps what it has judged,', () => {
  /** Judges all anew: none is worse than the median of the values before it at its rung. */
  function next(standings: readonly Standing[], least: number): Standing | undefined {
    return standings.find((one, place) => {
      const before = standings.slice(0, place).filter(({ rung }) => rung === one.rung)
      const values = before.map(({ value }) => value).sort((a, b) => (a < b ? -1 : Number(a > b)))
      const places = [(values.length - 1) / 2, values.length / 2]
      const [low = NaN, high = NaN] = places.map((place) => values.at(place))
      const bound = values.length < least ? Infinity : (low + high) / 2
      return !one.promoted && !one.last && one.value < Infinity && one.value <= bound
    })
  }

  const value = fc.oneof(fc.integer({ min: 0, max: 6 }), fc.constant(Infinity))
  /** A standing that becomes known, or, of one that is, another value. */
  const step = fc.oneof(
    fc.record({ rung: fc.nat(2), value, last: fc.boolean() }),
    fc.record({ place: fc.nat(40), value }),
  )

  test('chooses as if it judged all anew, also where a failed one was tried again', () => {
    const steps = fc.array(step, { maxLength: 40 })
    fc.assert(
      fc.property(
        fc.array(steps, { maxLength: 3 }),
        fc.integer({ min: 1, max: 4 }),
        (all, least) => {
          const median = findPruner({ name: 'median', least })
          // Also where one pruner is of several studies.
          for (const history of all) {
            const standings: { -readonly [K in keyof Standing]: Standing[K] }[] = []
            for (const one of history) {
              const known = 'place' in one ? standings[one.place] : undefined
              if (known !== undefined) known.value = one.value
              if ('rung' in one) {
                const [configuration, promoted] = [standings.length, false]
                standings.push({ configuration, epochs: one.rung + 1, promoted, ...one })
              }
              for (let chosen; (chosen = next(standings, least)) !== undefined;) {
                expect(median.next(standings)).toBe(chosen)
                Object.assign(chosen, { promoted: true })
              }
              expect(median.next(standings)).toBeUndefined()
            }
          }
        },
      ),
    )
  })
})

test('hyperband begins at each rung in the proportions of its paper', () => {
  const { rungs } = findPruner({ name: 'hyperband', eta: 3 })
  const begins = Array.from({ length: 1000 }, (_, i) => rungs(i, 81)[0] ?? 0)
  // Table 1 of the paper: 81, 34, 15, 8 and 5 configurations, which begin with 1, 3, 9, 27 and 81.
  const wanted = { 1: 81, 3: 34, 9: 15, 27: 8, 81: 5 }
  for (const [epochs, share] of Object.entries(wanted)) {
    const found = begins.filter((begin) => begin === Number(epochs)).length
    expect(Math.abs(found - (1000 * share) / 143)).toBeLessThan(5)
  }
})

test.each([
  ['ahsa', /^unknown pruner "ahsa"; did you mean "asha"\?$/],
  [{ name: 'asha', eta: 1 }, /^pruner\.eta: 1 is not a whole number from 2 to 1,000$/],
  [{ name: 'asha', etta: 3 }, /^pruner\.etta: asha has no such option; did you mean "eta"\?$/],
  [{ name: 'none', eta: 3 }, /^pruner\.eta: none has no such option; it has none$/],
])('%j is refused with the cure', (choice, message) => {
  expect(() => findPruner(choice)).toThrow(message)
})
