import { rm } from 'node:fs/promises'
import { availableParallelism, hostname } from 'node:os'
import { loadData, type Config } from '../config/index.js'
import type { Loaded } from '../data/sets/index.js'
import { writeFiles } from '../report/files.js'
import { checkData, dataFile, sweepData } from './data.js'
import type { SweepEvent } from './events.js'
import type { Known } from './ledger.js'
import { studyOptions } from './plan.js'
import { runSweep } from './run.js'
import type { Spec } from './spec.js'
import type { Journal } from './storage/journal.js'
import { configOf, trialsFolder } from './trial.js'
import type { Executor } from './workers/executor.js'
import { poolExecutor } from './workers/pool.js'

/** A sweep to work on in a folder. */
export interface Work {
  readonly spec: Spec
  readonly folder: string
  /** Called when all else is at hand: a sweep that cannot begin leaves nothing behind. */
  readonly open: () => Opened
  /** Loads the data; as the configuration says unless told. */
  readonly load?: (config: Config) => Promise<Loaded>
  /** Whether data are refused that are others than the folder's sweep was on last. */
  readonly sameData?: boolean
  /** What does the jobs; threads of this process unless told. */
  readonly hire?: (loaded: Loaded) => Executor | Promise<Executor>
  readonly signal?: AbortSignal | undefined
}

/** A journal that this process alone writes, and what it held before. */
export interface Opened {
  readonly journal: Journal
  readonly known?: Known
}

/** Works on a sweep in threads of this process, as `runSweep` does. */
export async function* runSession(work: Work): AsyncGenerator<SweepEvent> {
  const { spec, folder, open, signal } = work
  const { executor: hired, data } = await hands(work)
  const { journal, known } = await openedFor(hired, open)
  // The executor goes first: another process is let in when nothing of this one's is at work.
  await using held = journal
  await using executor = hired
  const [{ pid }, workers] = [process, executor.capacity]
  held.append({ event: 'session', pid, host: hostname(), workers, time: Date.now() })
  await writeFiles(folder, { [dataFile]: `${JSON.stringify(data)}\n` })
  const session = {
    spec,
    folder,
    journal,
    executor,
    signal,
    ...(known === undefined ? {} : { known }),
  }
  for await (const event of runSweep(session)) {
    // Those left have the checkpoints of trials that a pruner has left behind.
    if (event.event === 'end' && event.reason === 'finished') {
      await rm(trialsFolder(folder), { recursive: true, force: true })
    }
    yield event
  }
}

/** What does the jobs, and what data they are on, which is then held by those alone. */
async function hands({ spec, folder, sameData, load = loadData, hire }: Work) {
  const loaded = await load(anyConfig(spec))
  const data = sweepData(loaded)
  if (sameData === true) checkData(folder, data)
  const workers = spec.workers ?? availableParallelism()
  const executor = (await hire?.(loaded)) ?? poolExecutor({ loaded, workers })
  return { executor, data }
}

/** A sweep that cannot be opened leaves nobody waiting for jobs. */
async function openedFor(executor: Executor, open: Work['open']): Promise<Opened> {
  try {
    return open()
  } catch (error) {
    await executor[Symbol.asyncDispose]()
    throw error
  }
}

/** All configurations are of the same data. */
function anyConfig(spec: Spec): Config {
  const parameters = studyOptions(spec).sampler.draw(0, [], [])
  return configOf(spec, { parameters, repeat: 0 })
}
