import type { Job, Result } from '../../ts/sweep/job.js'
import { findPruner } from '../../ts/sweep/pruners/index.js'
import { aggregates } from '../../ts/sweep/ranking.js'
import type { Sampler } from '../../ts/sweep/samplers/sampler.js'
import { Study, type StudyOptions } from '../../ts/sweep/study.js'
import type { Task } from '../../ts/sweep/task.js'
import { draws } from '../data/damage.js'

/** Draws near the best of what it has seen: what it is told matters. */
export const follower: Sampler = {
  size: undefined,
  draw: (configuration, outcomes) => {
    const draw = draws(configuration)(1000) / 1000
    const best = [...outcomes].sort((a, b) => a.value - b.value)[0]?.parameters['x']
    return { x: best === undefined ? draw : (2 * Number(best) + draw) / 3 }
  },
}

/** An error that falls with the epochs to a floor which x and, a little, the repeat decide. */
export function objective({ parameters, repeat, to }: Job): number {
  return (Number(parameters['x']) - 0.3) ** 2 + 0.01 * repeat + 1 / to
}

export function options(changed: Partial<StudyOptions> = {}): StudyOptions {
  return {
    sampler: follower,
    pruner: findPruner({ name: 'asha', eta: 2 }),
    configurations: 30,
    repeats: 2,
    epochs: 10,
    delay: 4,
    aggregate: aggregates.mean,
    ...changed,
  }
}

/** What a simulated sweep has come to. */
export interface Simulated {
  readonly tasks: Task[]
  readonly results: Result[]
  readonly study: Study
}

/**
 * Does a study's jobs on so many workers of changing speed, of whose clocks `seed` is; stops after
 * `most` results, as if killed with what is at work, and goes on from an earlier one.
 */
export function simulate(
  given: StudyOptions,
  { workers, seed, most = Infinity, before, evaluate = objective }: Simulation,
): Simulated {
  const draw = draws(seed)
  const tasks = [...(before?.tasks ?? [])]
  const study = new Study({ ...given, onTask: (task) => tasks.push(task) }, [...tasks])
  const results = [...(before?.results ?? [])]
  for (const result of results) study.tell(result)
  const atWork: { job: Job; until: number }[] = []
  let now = 0
  while (results.length < most) {
    for (let job; atWork.length < workers && (job = study.ask()) !== undefined;) {
      atWork.push({ job, until: now + 1 + draw(100) })
    }
    const [first] = atWork.sort((a, b) => a.until - b.until).splice(0, 1)
    if (first === undefined) break
    now = first.until
    const { trial, to } = first.job
    const value = evaluate(first.job)
    const result = Number.isNaN(value) ? { trial, to, error: 'failed' } : { trial, to, value }
    results.push(result)
    study.tell(result)
  }
  return { tasks, results, study }
}

interface Simulation {
  readonly workers: number
  readonly seed: number
  readonly most?: number
  readonly before?: Simulated
  /** NaN for a job that fails. */
  readonly evaluate?: (job: Job) => number
}
