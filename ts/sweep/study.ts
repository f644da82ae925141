import { FeedalignError } from '../errors.js'
import type { Job, Parameters, Result } from './job.js'
import type { Pruner, Standing } from './pruners/pruner.js'
import type { Outcome, Sampler } from './samplers/sampler.js'
import { OpenTask, type Task } from './task.js'

/** What a study decides by. */
export interface StudyOptions {
  readonly sampler: Sampler
  readonly pruner: Pruner
  /** How many configurations are drawn, unless the sampler has fewer. */
  readonly configurations: number
  /** Trials of each, which differ by their seed. */
  readonly repeats: number
  /** Of a whole training. */
  readonly epochs: number
  /**
   * From 1: a decision is made from what all those before the last `delay − 1` came to, neither
   * more nor less. So up to `delay` of them can be at work at once, and what is decided depends on
   * no worker's speed, and not on how many there are.
   */
  readonly delay: number
  /** One value for those of a configuration's repeats; lower is to be better. */
  readonly aggregate: (values: readonly number[]) => number
  /** Told of each decision when it is made, before any of its jobs is handed out. */
  readonly onTask?: (task: Task) => void
}

/**
 * What to train next, asked and told: it holds no clock, no file and no worker, and the same answers
 * lead to the same questions. A sweep is a study, a journal and workers; code of one's own can ask
 * and tell as well.
 */
export class Study {
  readonly #options: StudyOptions
  readonly #configurations: number
  /** By slot; undefined where there was nothing to decide. */
  readonly #slots: (OpenTask | undefined)[] = []
  /** Of each configuration, by rung. */
  readonly #tasks: OpenTask[][] = []
  /** Decided, not handed out. */
  readonly #jobs: Job[] = []
  /** Slots whose outcome has been taken in, all from 0. */
  #seen = 0
  readonly #standings: Standing[] = []
  /** What decisions know: of each configuration that has been taken in, where it got furthest. */
  readonly #outcomes: Outcome[] = []
  /** In `#outcomes`, by configuration. */
  readonly #places = new Map<number, number>()
  /** Configurations without an outcome, as far as decisions know; as many as can be at work. */
  readonly #unknown = new Map<number, Parameters>()
  /** Those without all of their results. */
  readonly #open = new Set<OpenTask>()
  #decided = false

  /** `before` are the tasks that an earlier study of the same options had decided, in order. */
  constructor(options: StudyOptions, before: readonly Task[] = []) {
    this.#options = options
    this.#configurations = Math.min(options.configurations, options.sampler.size ?? Infinity)
    for (const task of before) this.#begin(task)
  }

  /** A job to do now; undefined where results are wanted first, or where there is none left. */
  ask(): Job | undefined {
    while (this.#jobs.length === 0 && this.#decide());
    return this.#jobs.shift()
  }

  /** A job that was handed out and came to nothing: it is to be done by somebody else, first. */
  giveBack(job: Job): void {
    if (this.#taskOf(job).result(job.repeat) === undefined) this.#jobs.unshift(job)
  }

  /** Takes a job's result; false where it was known already, and nothing changes. */
  tell(result: Result): boolean {
    const { repeats } = this.#options
    const repeat = result.trial % repeats
    const open = this.#taskOf({ configuration: Math.floor(result.trial / repeats), to: result.to })
    if (open.result(repeat) !== undefined) return false
    const at = this.#jobs.findIndex(({ trial, to }) => trial === result.trial && to === result.to)
    if (at >= 0) this.#jobs.splice(at, 1)
    open.set(repeat, result)
    if (!open.complete) return true
    this.#open.delete(open)
    // One that failed and was tried again may have been taken in long ago.
    if (open.task.slot < this.#seen) this.#takeIn(open)
    return true
  }

  /** Has a failed trial done again; false where it has not failed. */
  retry(trial: number): boolean {
    const { repeats } = this.#options
    const repeat = trial % repeats
    const tasks = this.#tasks[Math.floor(trial / repeats)] ?? []
    const open = tasks.find((one) => 'error' in (one.result(repeat) ?? {}))
    if (open === undefined) return false
    open.set(repeat, undefined)
    this.#open.add(open)
    // It may now deserve to be taken on.
    this.#decided = false
    this.#jobs.push(...open.jobs().filter((job) => job.repeat === repeat))
    return true
  }

  /** Whether every task has its results, and `ask` found that none is to follow. */
  get finished(): boolean {
    return this.#decided && this.#open.size === 0
  }

  /** The configurations so far, each by rung. */
  get tasks(): readonly (readonly OpenTask[])[] {
    return this.#tasks
  }

  /** How far each configuration got, and its value there; those under way are left out. */
  outcomes(): Outcome[] {
    return this.#tasks.flatMap((_, configuration) => this.outcome(configuration) ?? [])
  }

  /** That of one; undefined before its first rung. */
  outcome(configuration: number): Outcome | undefined {
    const furthest = this.#tasks[configuration]?.findLast(({ complete }) => complete)
    return furthest === undefined ? undefined : this.#outcome(furthest)
  }

  #taskOf({ configuration, to }: Pick<Job, 'configuration' | 'to'>): OpenTask {
    const found = this.#tasks[configuration]?.find(({ task }) => task.to === to)
    if (found !== undefined) return found
    throw new FeedalignError(`no task takes configuration ${configuration} to epoch ${to}`)
  }

  /** Makes the decision of the next slot; false where that has to wait, or all are made. */
  #decide(): boolean {
    if (this.#decided) return false
    const slot = this.#slots.length
    if (!this.#see(slot - this.#options.delay)) return false
    const task = this.#promotion(slot) ?? this.#beginning(slot)
    if (task !== undefined) {
      this.#options.onTask?.(task)
      this.#begin(task)
      return true
    }
    this.#decided = this.#slots.slice(this.#seen).every((open) => open === undefined)
    if (!this.#decided) this.#slots.push(undefined)
    return !this.#decided
  }

  /** Takes in all slots up to this one; false where one of them lacks results. */
  #see(last: number): boolean {
    for (; this.#seen <= last; this.#seen++) {
      const open = this.#slots[this.#seen]
      if (open?.complete === false) return false
      if (open !== undefined) this.#takeIn(open)
    }
    return ![...this.#open].some(({ task }) => task.slot < this.#seen)
  }

  #promotion(slot: number): Task | undefined {
    const standing = this.#options.pruner.next(this.#standings)
    if (standing === undefined) return undefined
    const { configuration, rung, epochs } = standing
    const parameters = this.#tasks[configuration]?.[0]?.task.parameters ?? {}
    return this.#task({ slot, configuration, parameters, rung: rung + 1, from: epochs })
  }

  #beginning(slot: number): Task | undefined {
    const configuration = this.#tasks.length
    if (configuration >= this.#configurations) return undefined
    const open = [...this.#unknown.values()]
    const parameters = this.#options.sampler.draw(configuration, this.#outcomes, open)
    return this.#task({ slot, configuration, parameters, rung: 0, from: 0 })
  }

  #task(known: Omit<Task, 'to' | 'last'>): Task {
    const { pruner, epochs } = this.#options
    const to = pruner.rungs(known.configuration, epochs)[known.rung] ?? NaN
    return { ...known, to, last: to === epochs }
  }

  #begin(task: Task): void {
    const open = new OpenTask(task, this.#options.repeats)
    while (this.#slots.length < task.slot) this.#slots.push(undefined)
    this.#slots.push(open)
    this.#open.add(open)
    const tasks = (this.#tasks[task.configuration] ??= [])
    if (tasks.length === 0) this.#unknown.set(task.configuration, task.parameters)
    const below = tasks.at(-1)
    if (below?.standing !== undefined) below.standing.promoted = true
    tasks.push(open)
    this.#jobs.push(...open.jobs())
  }

  /** From now on it counts in what is decided. */
  #takeIn(open: OpenTask): void {
    const { configuration, rung, to: epochs, last } = open.task
    const outcome = this.#outcome(open)
    if (open.standing === undefined) {
      const promoted = this.#tasks[configuration]?.[rung + 1] !== undefined
      open.standing = { configuration, rung, epochs, value: outcome.value, promoted, last }
      this.#standings.push(open.standing)
    } else open.standing.value = outcome.value
    this.#unknown.delete(configuration)
    const place = this.#places.get(configuration) ?? this.#outcomes.length
    this.#places.set(configuration, place)
    if ((this.#outcomes[place]?.epochs ?? 0) <= epochs) this.#outcomes[place] = outcome
  }

  #outcome(open: OpenTask): Outcome {
    const { configuration, parameters, to } = open.task
    const values = open.values()
    const value = values === undefined ? Infinity : this.#options.aggregate(values)
    return { configuration, parameters, epochs: to, value }
  }
}
