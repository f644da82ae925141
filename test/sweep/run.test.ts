import { describe, expect, test } from 'vitest'
import type { SweepEvent } from '../../ts/sweep/events.js'
import type { Known } from '../../ts/sweep/ledger.js'
import { runSweep } from '../../ts/sweep/run.js'
import { readSpec } from '../../ts/sweep/spec.js'
import type { JournalEvent } from '../../ts/sweep/storage/events.js'
import type { TrainingEvent } from '../../ts/training/events.js'
import type { Ended, Executor, TrialJob } from '../../ts/sweep/workers/executor.js'

const least = {
  sampler: 'random',
  trials: 6,
  train: { validation: 0.2, network: '784-16-10', epochs: 9 },
  parameters: { momentum: { min: 0, max: 0.9 } },
}
const spec = (told: object = {}) => readSpec({ ...least, ...told })

/** What a trial comes to: known at once, and different for each momentum, seed and epoch. */
function valueOf({ config, to }: TrialJob): number {
  return ((config.momentum ?? 0) * 0.7 + config.seed * 0.01 + 1 / to) % 1
}

/** Ends jobs in the order of chance, as threads do, but without training. */
class Instant implements Executor {
  readonly capacity: number
  readonly ends: (job: TrialJob) => Ended | Promise<Ended>
  readonly jobs: TrialJob[] = []
  most = 0
  #running = 0
  #stops: (() => void)[] = []

  constructor(capacity: number, ends = (job: TrialJob): Ended | Promise<Ended> => done(job)) {
    this.capacity = capacity
    this.ends = ends
  }

  async run(job: TrialJob, tell: (event: TrainingEvent) => void): Promise<Ended> {
    this.jobs.push(job)
    tell({ event: 'progress', epoch: 1, step: 1, steps: 1, trainLoss: 1, ...pace })
    this.most = Math.max(this.most, ++this.#running)
    const stopped = new Promise<Ended>((resolve) => {
      this.#stops.push(() => {
        resolve({ state: 'interrupted' })
      })
    })
    const turns = (job.trial * 7919) % 5
    for (let turn = 0; turn < turns; turn++) await Promise.resolve()
    const ended = await Promise.race([this.ends(job), stopped])
    this.#running--
    return ended
  }

  stop(): void {
    for (const stop of this.#stops) stop()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.resolve()
  }
}

function done(job: TrialJob): Ended {
  const value = valueOf(job)
  const curve = [{ epoch: job.to, validationError: value }]
  return { state: 'done', value, epochs: job.to, curve, seconds: 1, weightsSha256: '0' }
}

const pace = { samplesPerSecond: 1, etaSeconds: 1 }
const failed: Ended = { state: 'failed', error: 'the loss', epochs: 1, curve: [], seconds: 1 }
const never = new Promise<Ended>(() => undefined)

interface Told {
  readonly executor?: Instant
  readonly known?: Known
  readonly signal?: AbortSignal
  readonly append?: (event: JournalEvent) => void
}

/** Runs a sweep to its end; returns what it told, what was kept and what it threw. */
async function sweep(sweepSpec = spec(), told: Told = {}) {
  const journal: JournalEvent[] = []
  const append = (event: JournalEvent): void => {
    told.append?.(event)
    journal.push(event)
  }
  const executor = told.executor ?? new Instant(2)
  const events: SweepEvent[] = []
  let error: unknown
  try {
    const session = { spec: sweepSpec, folder: 'x', journal: { append }, executor, ...told }
    for await (const event of runSweep(session)) events.push(event)
  } catch (thrown) {
    error = thrown
  }
  return { journal, events, error, end: events.at(-1), executor }
}

/** What was decided and what it came to, in an order that no worker has a part in. */
function outcome(journal: readonly JournalEvent[]): string[] {
  const kept = journal.flatMap((event) => {
    if (event.event === 'task') return [JSON.stringify(event)]
    if (event.event !== 'result') return []
    return [JSON.stringify([event.trial, event.to, event.value, event.error])]
  })
  return kept.sort()
}

/** What a later session finds of a journal that was cut after some events. */
function knownOf(journal: readonly JournalEvent[]): Known {
  const parameters = new Map(
    journal.flatMap((one) =>
      one.event === 'task' && one.rung === 0 ? [[one.configuration, one.parameters]] : [],
    ),
  )
  const tasks = journal.flatMap((one) => {
    if (one.event !== 'task') return []
    return [{ ...one, parameters: parameters.get(one.configuration) ?? {} }]
  })
  const results = journal.flatMap((one) => {
    if (one.event !== 'result') return []
    const { trial, to, value, error = '' } = one
    return [value === null ? { trial, to, error } : { trial, to, value }]
  })
  return { tasks, results }
}

const kinds = [
  { sampler: 'random' },
  { sampler: 'sobol' },
  { sampler: 'tpe', trials: 14 },
  {
    sampler: 'grid',
    parameters: { batch: { choices: [8, 16, 32] }, momentum: { choices: [0, 0.5] } },
  },
  { pruner: { name: 'asha', eta: 3 }, trials: 20, repeats: 2 },
  { pruner: 'median', trials: 12 },
  { pruner: 'hyperband', trials: 12 },
]

describe('a sweep comes to the same', () => {
  for (const told of kinds) {
    const name = JSON.stringify(told)
    test(`for one, two and four workers: ${name}`, async () => {
      const one = await sweep(spec(told), { executor: new Instant(1) })
      expect(one.end).toMatchObject({ event: 'end', reason: 'finished' })
      for (const workers of [2, 4]) {
        const more = await sweep(spec(told), { executor: new Instant(workers) })
        expect(outcome(more.journal)).toEqual(outcome(one.journal))
      }
    })

    test(`after a kill at any event: ${name}`, async () => {
      const whole = await sweep(spec(told))
      expect(whole.end).toMatchObject({ reason: 'finished' })
      for (let cut = 0; cut < whole.journal.length; cut += 3) {
        const before = whole.journal.slice(0, cut)
        const rest = await sweep(spec(told), { known: knownOf(before) })
        const kept = [...before, ...rest.journal]
        expect(outcome(kept)).toEqual(outcome(whole.journal))
      }
    })
  }
})

test('every job is kept as begun before, and as ended after, in the journal', async () => {
  const { journal } = await sweep()
  for (let trial = 0; trial < 6; trial++) {
    const told = journal.filter((event) => 'trial' in event && event.trial === trial)
    expect(told.map(({ event }) => event)).toEqual(['start', 'result'])
  }
  expect(journal.at(-1)).toMatchObject({ event: 'end', reason: 'finished' })
})

test('as many jobs are at work as the executor has room for, and no more', async () => {
  const { executor } = await sweep(spec(), { executor: new Instant(3) })
  expect(executor.most).toBe(3)
})

test('repeats have the same seeds in all configurations', async () => {
  const { executor } = await sweep(spec({ repeats: 3, trials: 2 }))
  const seeds = executor.jobs.map(({ trial, config }) => [trial, config.seed])
  expect(seeds.sort()).toEqual([0, 1, 2, 3, 4, 5].map((trial) => [trial, 1 + (trial % 3)]))
})

test('the best is the lowest, or where told the highest', async () => {
  for (const [direction, pick] of [
    ['minimise', Math.min],
    ['maximise', Math.max],
  ] as const) {
    const { end, executor } = await sweep(spec({ direction }))
    const best = pick(...executor.jobs.map(valueOf))
    expect(end).toMatchObject({ best: { value: best } })
  }
})

describe('the best so far', () => {
  /** That of what a journal holds, by what it holds alone. */
  function bestOf(journal: readonly JournalEvent[], repeats: number): object | undefined {
    const values = new Map<string, (number | null)[]>()
    for (const one of journal) {
      if (one.event !== 'result') continue
      const key = `${Math.floor(one.trial / repeats)} ${one.to}`
      values.set(key, [...(values.get(key) ?? []), one.value])
    }
    const furthest = new Map<number, { configuration: number; epochs: number; value: number }>()
    for (const [key, all] of values) {
      const [configuration = NaN, epochs = NaN] = key.split(' ').map(Number)
      if (all.length < repeats || epochs < (furthest.get(configuration)?.epochs ?? 0)) continue
      const value = all.reduce<number>((sum, one) => sum + (one ?? Infinity), 0) / repeats
      furthest.set(configuration, { configuration, epochs, value })
    }
    const finite = [...furthest.values()].filter(({ value }) => value < Infinity)
    const order = (a: (typeof finite)[number], b: typeof a): number =>
      b.epochs - a.epochs || a.value - b.value || a.configuration - b.configuration
    return finite.sort(order)[0]
  }

  const matching = (best: object | undefined): unknown =>
    best === undefined ? undefined : (expect.objectContaining(best) as unknown)

  for (const [which, fails] of [
    ['some trials', ({ trial, to }: TrialJob) => (trial * 7 + to) % 3 === 0],
    ['all that were trained furthest', ({ to }: TrialJob) => to >= 4],
    ['all trials', () => true],
  ] as const) {
    test(`leaves out what failed, also after a kill, where ${which} failed`, async () => {
      const told = spec({ pruner: { name: 'asha', eta: 2 }, trials: 12, repeats: 2 })
      const ends = (job: TrialJob): Ended => (fails(job) ? failed : done(job))
      const whole = await sweep(told, { executor: new Instant(2, ends) })
      const results = whole.events.filter((one) => one.event === 'result' || one.event === 'failed')
      for (let cut = 0; cut < whole.journal.length; cut++) {
        const before = whole.journal.slice(0, cut)
        const known = before.filter(({ event }) => event === 'result').length
        const best = matching(bestOf(before, 2))
        if (known > 0) expect(results[known - 1]?.best).toEqual(best)
        const rest = await sweep(told, { known: knownOf(before), signal: AbortSignal.abort() })
        expect(rest.events[0]).toMatchObject({ event: 'sweep' })
        expect(rest.events.map((one) => 'best' in one && one.best)).toEqual([best, best])
      }
      expect(whole.end).toMatchObject({ best: matching(bestOf(whole.journal, 2)) })
    })
  }
})

test('a trial that fails is kept with its reason, and the sweep goes on', async () => {
  const executor = new Instant(2, (job) => (job.trial === 2 ? failed : done(job)))
  const { end, journal, error } = await sweep(spec(), { executor })
  expect(error).toBeUndefined()
  expect(end).toMatchObject({ reason: 'finished', done: 6, failed: 1 })
  const result = journal.find((event) => event.event === 'result' && event.trial === 2)
  expect(result).toMatchObject({ value: null, error: 'the loss', weightsSha256: null })
})

test('where told, the first trial that fails ends the sweep, the others are interrupted', async () => {
  const executor = new Instant(2, (job) =>
    job.trial === 2 ? failed : job.trial > 2 ? never : done(job),
  )
  const { end, journal, error } = await sweep(spec({ onError: 'stop' }), { executor })
  expect(error).toMatchObject({ message: 'trial 2 failed: the loss' })
  expect(end).toMatchObject({ reason: 'failed', failed: 1 })
  expect(journal.some(({ event }) => event === 'interrupted')).toBe(true)
  expect(journal.at(-1)).toMatchObject({ event: 'end', reason: 'failed' })
})

test('a choice that no training can have fails its trial', async () => {
  const parameters = { rule: { choices: ['fa', 'bp'] }, feedbackScale: { choices: [2] } }
  const { end, journal } = await sweep(spec({ sampler: 'grid', parameters }))
  expect(end).toMatchObject({ reason: 'finished', done: 2, failed: 1 })
  const errors = journal.flatMap((event) => (event.event === 'result' ? (event.error ?? []) : []))
  expect(errors).toEqual([expect.stringMatching(/^parameters\.feedbackScale: rule bp/)])
})

test('stopped, it has what is at work saved, and begins nothing more', async () => {
  const stop = new AbortController()
  const executor = new Instant(2, (job) => {
    if (job.trial < 2) return done(job)
    stop.abort()
    return never
  })
  const { end, journal, error } = await sweep(spec(), { executor, signal: stop.signal })
  expect(error).toBeUndefined()
  expect(end).toMatchObject({ reason: 'stopped', done: 2 })
  const begun = journal.filter(({ event }) => event === 'start').length
  const ended = journal.filter(({ event }) => event === 'result' || event === 'interrupted').length
  expect(ended).toBe(begun)
})

test('out of time, it ends in order', async () => {
  const executor = new Instant(2, (job) => (job.trial < 3 ? done(job) : never))
  const { end } = await sweep(spec({ time: '1s' }), { executor })
  expect(end).toMatchObject({ reason: 'time', done: 3 })
})

test('stopped while an event is looked at, it tells of all that came meanwhile', async () => {
  const stop = new AbortController()
  const journal: JournalEvent[] = []
  const kept = { append: (event: JournalEvent) => void journal.push(event) }
  const executor = new Instant(2, (job) => (job.trial === 0 ? never : done(job)))
  const session = { spec: spec(), folder: 'x', journal: kept, executor, signal: stop.signal }
  const told: string[] = []
  for await (const { event } of runSweep(session)) {
    told.push(event)
    if (event !== 'start') continue
    stop.abort()
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  for (const kind of ['start', 'result', 'interrupted', 'end']) {
    const wanted = journal.filter(({ event }) => event === kind).length
    expect(told.filter((event) => event === kind)).toHaveLength(wanted)
  }
})

test('left early, it stops in order', async () => {
  const journal: JournalEvent[] = []
  const executor = new Instant(2, () => never)
  const kept = { append: (event: JournalEvent) => void journal.push(event) }
  for await (const event of runSweep({ spec: spec(), folder: 'x', journal: kept, executor })) {
    if (event.event === 'start') break
  }
  expect(journal.at(-1)).toMatchObject({ event: 'end', reason: 'stopped' })
  expect(journal.filter(({ event }) => event === 'interrupted')).toHaveLength(2)
})

describe('nothing more is begun, and nothing is taken for done,', () => {
  test('where an event cannot be kept', async () => {
    let results = 0
    const append = (event: JournalEvent): void => {
      if (event.event === 'result' && ++results > 2) throw new Error('no space left (ENOSPC)')
    }
    const { events, error } = await sweep(spec(), { append })
    expect(error).toMatchObject({ message: 'no space left (ENOSPC)' })
    expect(events.filter(({ event }) => event === 'result')).toHaveLength(2)
    expect(events.at(-1)).toMatchObject({ event: 'end', reason: 'failed', done: 2 })
  })

  test('where a trial finds the disk full', async () => {
    const full: Ended = { ...failed, error: 'cannot write x: no space left on device (ENOSPC)' }
    const executor = new Instant(1, (job) => (job.trial === 1 ? full : done(job)))
    const { error, end, journal } = await sweep(spec(), { executor })
    expect(String(error)).toMatch(/no space left on device/)
    expect(end).toMatchObject({ reason: 'failed', done: 1, failed: 0 })
    expect(journal.at(-2)).toMatchObject({ event: 'interrupted', trial: 1 })
  })

  test('where no trial can be done', async () => {
    const executor = new Instant(1, () => Promise.reject(new Error('no thread can be begun')))
    const { error, end } = await sweep(spec(), { executor })
    expect(error).toMatchObject({ message: 'no thread can be begun' })
    expect(end).toMatchObject({ reason: 'failed', done: 0 })
  })
})

test('how much there is to train is known where no pruner decides', async () => {
  const { events, end } = await sweep(spec({ repeats: 2 }))
  expect(events[0]).toMatchObject({ event: 'sweep', total: 6 * 2 * 9, done: 0, epochs: 0 })
  expect(end).toMatchObject({ done: 12, trials: 12, epochs: 6 * 2 * 9 })
  for (const pruner of ['asha', 'hyperband', 'median']) {
    expect((await sweep(spec({ pruner }))).events[0]).toMatchObject({ total: null })
  }
})

test('at its end all trials of a pruned sweep are at rest, however far they came', async () => {
  const { end } = await sweep(spec({ pruner: 'asha', trials: 9, repeats: 2 }))
  expect(end).toMatchObject({ reason: 'finished', done: 18, trials: 18 })
  expect((end as { epochs: number }).epochs).toBeLessThan(18 * 9)
})
