import { join } from 'node:path'
import { resolveConfig, type Config } from '../../../ts/config/index.js'
import { take } from '../../../ts/data/examples.js'
import { datasets, type Loaded } from '../../../ts/data/sets/index.js'
import type { Ended, TrialJob } from '../../../ts/sweep/workers/executor.js'

/** Some of the digits. */
export async function someDigits(count = 600): Promise<Loaded> {
  const loaded = await datasets.digits()
  const first = Uint32Array.from({ length: count }, (_, i) => i)
  return { ...loaded, train: take(loaded.train, first), test: take(loaded.test, first) }
}

const tiny = { network: '784-16-10', epochs: 4, validation: 0.2, rule: 'fa' }

export function configOf(settings: Readonly<Record<string, unknown>> = {}): Config {
  const entries = Object.entries({ ...tiny, ...settings })
  return resolveConfig(new Map(entries.map(([key, value]) => [key, { value, where: key }])))
}

/** A whole trial of four short epochs, with changes. */
export function jobOf(folder: string, changes: Partial<TrialJob> = {}): TrialJob {
  const { config = configOf(), trial = 0 } = changes
  return {
    trial,
    from: 0,
    to: config.epochs,
    last: true,
    config,
    metric: 'validationError',
    folder: join(folder, String(trial)),
    ...changes,
  }
}

/** Of a job that is done. */
export function done(ended: Ended): Extract<Ended, { state: 'done' }> {
  if (ended.state === 'done') return ended
  throw new Error(`not done: ${JSON.stringify(ended)}`)
}

/** Without what a clock says. */
export function timeless(ended: Ended): object {
  return ended.state === 'interrupted' ? ended : { ...ended, seconds: undefined }
}
