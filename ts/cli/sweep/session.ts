import type { Config } from '../../config/index.js'
import type { Loaded } from '../../data/sets/index.js'
import { FeedalignError } from '../../errors.js'
import { grouped } from '../../report/format.js'
import type { EndedEvent } from '../../sweep/events.js'
import { runSession, type Work } from '../../sweep/session.js'
import type { Spec } from '../../sweep/spec.js'
import { onInterrupt } from '../interrupt.js'
import { load } from '../load.js'
import type { PrintFlags } from '../options.js'
import { figure, metricText, ON_TEST, valuesText } from './figures.js'
import { queueExecutor } from './queue.js'
import { shellText } from './shell.js'
import { sweepPrinter } from './view.js'

/** How a sweep is worked on. */
export interface WorkFlags extends PrintFlags {
  readonly queue?: string
}

export interface Wanted extends Omit<Work, 'load' | 'hire' | 'signal'> {
  /** When the sweep was begun: the time of its journal's first event. */
  readonly begunAt: number
}

/** Works on a sweep to its end, or until it is stopped, and says how to go on then. */
export async function work({ begunAt, ...wanted }: Wanted, flags: WorkFlags): Promise<void> {
  const stop = new AbortController()
  const forget = onInterrupt(() => {
    stop.abort()
  })
  const { queue } = flags
  const print = sweepPrinter(flags)
  let begun = false
  try {
    const session = {
      ...wanted,
      load: (config: Config) => load(config, flags),
      signal: stop.signal,
      ...(queue !== undefined && {
        hire: (loaded: Loaded) =>
          queueExecutor({ url: queue, spec: wanted.spec, begunAt, loaded }, flags),
      }),
    }
    for await (const event of runSession(session)) {
      begun = true
      print(event)
      if (event.event === 'end') conclude(event, wanted, flags)
    }
  } catch (error) {
    throw begun && error instanceof FeedalignError ? withCure(error, wanted.folder) : error
  } finally {
    forget()
  }
}

function withCure({ message }: FeedalignError, folder: string): FeedalignError {
  const told = message.includes('sweep resume')
  return new FeedalignError(told ? message : `${message}; ${resumption(folder)}`)
}

const resumption = (folder: string): string =>
  `go on with: feedalign sweep resume ${shellText(folder)}`

function conclude(
  end: EndedEvent,
  { spec, folder }: Pick<Work, 'spec' | 'folder'>,
  flags: PrintFlags,
): void {
  const { reason, done, trials, failed } = end
  const how = `${grouped(done)} of ${grouped(trials)} trials done; ${resumption(folder)}`
  if (reason === 'stopped') process.exitCode = 130
  if (reason === 'stopped') console.error(`stopped with ${how}`)
  if (reason === 'time') console.error(`out of time with ${how}`)
  if (reason === 'failed' || flags.json === true) return
  printBest(end, spec)
  if (flags.quiet === true) return
  const shown = shellText(folder)
  if (failed > 0) console.error(`${grouped(failed)} failed: see feedalign sweep status ${shown}`)
  if (reason === 'finished') console.error(`train the best: feedalign sweep best ${shown}`)
}

function printBest({ best }: EndedEvent, { metric }: Spec): void {
  if (best === undefined) return
  const note = metric === 'testError' ? ` (${ON_TEST})` : ''
  const error = `${metricText[metric]} ${figure(metric, best.value)}`
  const which = `configuration ${best.configuration}, ${valuesText(best.parameters)}`
  console.log(`best ${error}: ${which}${note}`)
}
