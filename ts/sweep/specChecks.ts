import { keys, type Key } from '../config/schema.js'
import { didYouMean, UsageError } from '../errors.js'
import { studyOptions } from './plan.js'
import { findPruner } from './pruners/index.js'
import type { Spec } from './spec.js'

/** Settings that are of a sweep as a whole, and why. */
const whole: Partial<Record<Key, string>> = {
  data: 'a sweep is over one data set; make a sweep for each, and fix it in train',
  dataOptions: 'a sweep is over one data set, read in one way; fix it in train',
  dataDir: 'where the data lies changes no result; fix it in train, or tell --data-dir',
  validation: 'all are to be judged by the same examples; fix it in train',
  out: "trials write into the sweep's own folder, which --out names; leave it out",
  threads: 'it changes no result; fix it in train',
  engine: 'it is how, not what; fix it in train',
}

/** Throws `UsageError` for what no key is wrong in, but keys beside each other. */
export function checkWhole(spec: Spec): void {
  Object.keys(spec.parameters).forEach((name) => {
    checkParameter(name, spec)
  })
  checkRepeats(spec)
  checkMetric(spec)
  // Throws where sampler and parameters do not fit.
  studyOptions(spec)
}

function checkParameter(name: string, { train, pruner }: Spec): void {
  const fail = (message: string): never => {
    throw new UsageError(`parameters.${name}: ${message}`)
  }
  if (!keys.includes(name as Key)) {
    const hint = didYouMean(name, keys) || '; see `feedalign train --help` for all of them'
    fail(`train has no such setting${hint}`)
  }
  const why = whole[name as Key]
  if (why !== undefined) fail(`${name} cannot be a parameter: ${why}`)
  if (Object.hasOwn(train, name)) {
    const fixed = JSON.stringify(train[name as Key])
    fail(`train fixes it at ${fixed}; leave it out there, or here`)
  }
  // A pruner decides how long each is trained, by one measure for all.
  if (name === 'epochs' && findPruner(pruner).rungs(0, 1e6).length > 1) {
    fail('a pruner decides how long each is trained; fix it in train, or take pruner "none"')
  }
}

function checkRepeats({ repeats, parameters }: Spec): void {
  if (repeats === 1 || !Object.hasOwn(parameters, 'seed')) return
  throw new UsageError(
    `repeats: ${repeats} trainings of a configuration differ by their seed, which is a parameter; ` +
      'leave out parameters.seed, or repeats',
  )
}

function checkMetric({ metric, allowTest, train }: Spec): void {
  if (metric === 'testError' && !allowTest) {
    throw new UsageError(
      'metric: "testError" would choose by the test set, which then says nothing of new data; ' +
        'take "validationError", or force it by "allowTest": true (--allow-test)',
    )
  }
  const { validation = 0 } = train
  if (metric !== 'validationError' || validation !== 0) return
  throw new UsageError(
    `train.validation: ${JSON.stringify(validation)} leaves no examples for the validation error ` +
      'to choose by; set some aside, as "validation": 0.2 does, or take metric "trainError"',
  )
}
