import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { FeedalignError } from '../../ts/errors.js'
import { findPruner } from '../../ts/sweep/pruners/index.js'
import { ranked } from '../../ts/sweep/ranking.js'
import { Study } from '../../ts/sweep/study.js'
import { objective, options, simulate } from './simulation.js'

const pruners = ['none', 'median', 'asha', 'hyperband']

const sorted = (results: ReturnType<typeof simulate>['results']) =>
  [...results].sort((a, b) => a.trial - b.trial || a.to - b.to)

describe.each(pruners)('with the pruner %s', (name) => {
  const given = options({ pruner: findPruner(name) })

  test('decisions and results are the same for any number and speed of workers', () => {
    const one = simulate(given, { workers: 1, seed: 0 })
    expect(one.study.finished).toBe(true)
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 12 }), fc.nat(1e6), (workers, seed) => {
        const many = simulate(given, { workers, seed })
        expect(many.study.finished).toBe(true)
        expect(many.tasks).toEqual(one.tasks)
        expect(sorted(many.results)).toEqual(sorted(one.results))
        expect(many.study.outcomes()).toEqual(one.study.outcomes())
      }),
      { numRuns: 30 },
    )
  })

  test('one that was killed goes on to the same end, and does nothing twice', () => {
    const whole = simulate(given, { workers: 1, seed: 0 })
    fc.assert(
      fc.property(fc.nat(whole.results.length), fc.nat(1e6), (most, seed) => {
        const killed = simulate(given, { workers: 3, seed, most })
        const after = simulate(given, { workers: 2, seed: seed + 1, before: killed })
        expect(after.tasks).toEqual(whole.tasks)
        expect(sorted(after.results)).toEqual(sorted(whole.results))
      }),
      { numRuns: 30 },
    )
  })

  test('every configuration is begun, in all its repeats, and the best ends at the last epoch', () => {
    const { results, study } = simulate(given, { workers: 2, seed: 1 })
    expect(new Set(results.map(({ trial }) => trial)).size).toBe(60)
    expect(study.tasks).toHaveLength(30)
    expect(ranked(study.outcomes())[0]?.epochs).toBe(10)
  })
})

describe('a study', () => {
  test('sees of what came before exactly what its delay leaves it', () => {
    const seen: number[] = []
    const sampler = {
      name: 'counts',
      size: undefined,
      draw: (_: number, outcomes: readonly unknown[]) => {
        seen.push(outcomes.length)
        return { x: 0 }
      },
    }
    const given = options({ sampler, pruner: findPruner('none'), configurations: 8, delay: 3 })
    simulate(given, { workers: 8, seed: 2 })
    expect(seen).toEqual([0, 0, 0, 1, 2, 3, 4, 5])
  })

  test('hands out no more at once than its delay allows, nor again what it has handed out', () => {
    const study = new Study(options({ pruner: findPruner('none'), delay: 3, repeats: 2 }))
    const jobs = Array.from({ length: 6 }, () => study.ask())
    expect(jobs.map((job) => job?.trial)).toEqual([0, 1, 2, 3, 4, 5])
    expect(study.ask()).toBeUndefined()
    study.tell({ trial: 0, to: 10, value: 1 })
    expect(study.ask()).toBeUndefined()
    study.tell({ trial: 1, to: 10, value: 1 })
    expect(study.ask()?.trial).toBe(6)
  })

  test('has a job that was given back done next, and counts a result once', () => {
    const study = new Study(options())
    const [first, second] = [study.ask(), study.ask()]
    if (first === undefined || second === undefined) throw new Error('no jobs')
    study.giveBack(first)
    expect(study.ask()).toEqual(first)
    const result = { trial: first.trial, to: first.to, value: 1 }
    expect(study.tell(result)).toBe(true)
    expect(study.tell({ ...result, value: 2 })).toBe(false)
    study.giveBack(first)
    expect(study.ask()?.trial).not.toBe(first.trial)
    expect(() => study.tell({ trial: 0, to: 7, value: 1 })).toThrow(FeedalignError)
  })

  test('ends where the sampler has no more configurations', () => {
    const sampler = { name: 'two', size: 2, draw: (x: number) => ({ x }) }
    const { study, results } = simulate(options({ sampler }), { workers: 2, seed: 3 })
    expect(study.tasks).toHaveLength(2)
    expect(results.length).toBeLessThanOrEqual(2 * 2 * 5)
  })

  test('prunes a configuration of which a trial fails, and does the trial again when asked', () => {
    const fails = (job: Parameters<typeof objective>[0]) => (job.trial === 7 ? NaN : objective(job))
    const failed = simulate(options(), { workers: 2, seed: 4, evaluate: fails })
    expect(failed.study.finished).toBe(true)
    const outcome = failed.study.outcomes().find(({ configuration }) => configuration === 3)
    expect(outcome).toMatchObject({ epochs: 1, value: Infinity })
    const { study } = failed
    expect(study.retry(6)).toBe(false)
    expect(study.retry(7)).toBe(true)
    expect(study.finished).toBe(false)
    for (let job; (job = study.ask()) !== undefined;) {
      study.tell({ trial: job.trial, to: job.to, value: job.configuration === 3 ? 0 : 1 })
    }
    expect(study.finished).toBe(true)
    const again = study.outcomes().find(({ configuration }) => configuration === 3)
    expect(again).toMatchObject({ epochs: 10, value: 0 })
  })
})
