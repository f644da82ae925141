import { byName } from '../errors.js'
import type { Experiment } from './experiment.js'
import { localFields } from './local-fields.js'
import { mnist2014 } from './mnist-2014.js'
import { mnist } from './mnist.js'

/** Every experiment known by name. */
export const experiments: readonly Experiment[] = [mnist, mnist2014, localFields]

/** Throws `UsageError` with the nearest name where there is no such experiment. */
export function findExperiment(name: string): Experiment {
  return byName('experiment', name, experiments)
}
