import { fitOptions, loadData } from '../config/index.js'
import { lasting, type Trial, type TrialRecord } from '../experiments/trials.js'
import type { TrainingEvent } from '../training/events.js'
import { version } from '../version.js'
import type { PrintFlags } from './options.js'
import { trainAll } from './trainAll.js'

/** Trains what is not finished, handing over each trial at its end; returns what made it fail. */
export async function trainTrials(
  open: readonly Trial[],
  flags: PrintFlags,
  take: (trial: Trial, record: TrialRecord) => Promise<void>,
): Promise<Error | undefined> {
  const [first] = open
  if (first === undefined) return undefined
  const loaded = await loadData(first.config)
  const parts = open.map(({ row, seed, config }) => ({
    rule: config.rule,
    options: fitOptions(config, loaded),
    tags: { row, seed },
  }))
  const label = (place: number): string => {
    const { row = '', seed = 0 } = open[place] ?? {}
    return `${row}, seed ${seed} (${place + 1}/${open.length})`
  }
  let events: TrainingEvent[] = []
  return await trainAll(parts, flags, label, async (event, place) => {
    const trial = open[place]
    if (event.event === 'start') events = []
    events.push(event)
    if (event.event !== 'done' || trial === undefined) return
    const { row, seed, config } = trial
    await take(trial, { row, seed, version: version(), settings: lasting(config), events })
  })
}
