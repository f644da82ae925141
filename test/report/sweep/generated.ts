import type { State } from '../../../ts/report/sweep/data.js'
import type {
  ReportConfiguration,
  ReportTrial,
  SweepReport,
} from '../../../ts/report/sweep/report.js'
import type { Parameters } from '../../../ts/sweep/job.js'

/** Numbers from 0 to below 1, the same for the same seed. */
export function numbers(seed: number): () => number {
  let state = BigInt(seed) + 1n
  return () => {
    state = BigInt.asUintN(64, state * 6364136223846793005n + 1442695040888963407n)
    return Number(state >> 33n) / 2 ** 31
  }
}

export interface Size {
  readonly configurations: number
  readonly repeats: number
  readonly epochs: number
}

/** A sweep as one over rules comes out: the learning rate decides, momentum is conditional. */
export function generatedReport({ configurations, repeats, epochs }: Size): SweepReport {
  const random = numbers(5)
  const made = Array.from({ length: configurations }, (_, configuration) =>
    generatedConfiguration(configuration, { repeats, epochs }, random),
  )
  return {
    version: '1.2.3',
    title: 'sweep of rules on digits',
    data: { name: 'digits', title: 'some digits', sample: true, train: 8004, test: 1996 },
    metric: 'validationError',
    direction: 'minimise',
    rank: 'mean',
    spec: { seed: 5, sampler: 'random', trials: configurations, repeats },
    parameters: [
      { name: 'rule', kind: 'choice', choices: ['bp', 'fa', 'dfa'] },
      { name: 'learningRate', kind: 'number', min: 0.001, max: 0.3, log: true, int: false },
      { name: 'batch', kind: 'number', min: 16, max: 256, log: false, int: true },
      { name: 'momentum', kind: 'number', min: 0, max: 0.95, log: false, int: false },
    ],
    configurations: made,
  }
}

function generatedConfiguration(
  configuration: number,
  { repeats, epochs }: Omit<Size, 'configurations'>,
  random: () => number,
): ReportConfiguration {
  const rule = ['bp', 'fa', 'dfa'][Math.floor(random() * 3)] ?? 'bp'
  const learningRate = 0.001 * 300 ** random()
  const batch = 16 * (1 + Math.floor(random() * 16))
  const momentum = rule === 'dfa' ? {} : { momentum: 0.95 * random() }
  const parameters: Parameters = { rule, learningRate, batch, ...momentum }
  const failed = random() < 0.05
  const until = failed || random() < 0.4 ? Math.ceil(epochs / 4) : epochs
  const state = failed ? 'failed' : until < epochs ? 'pruned' : 'completed'
  const good = 0.02 + 0.05 * Math.abs(Math.log10(learningRate / 0.03)) + (rule === 'dfa' ? 0.01 : 0)
  const trials = Array.from({ length: repeats }, (_, repeat) =>
    generatedTrial({ trial: configuration * repeats + repeat, repeat, until, state, good }, random),
  )
  const known = trials.flatMap(({ metric }) => metric ?? [])
  const mean = known.reduce((sum, one) => sum + one, 0) / known.length
  return { configuration, parameters, value: known.length === repeats ? mean : null, trials }
}

interface TrialPlan {
  readonly trial: number
  readonly repeat: number
  readonly until: number
  readonly state: State
  readonly good: number
}

function generatedTrial(
  { trial, repeat, until, state, good }: TrialPlan,
  random: () => number,
): ReportTrial {
  const curve = Array.from({ length: until }, (_, i) => {
    const validationError = good * (0.95 + 0.1 * random()) + 0.5 / (i + 2)
    const trainError = validationError * 0.8
    return { epoch: i + 1, trainLoss: 4 * trainError, trainError, validationError }
  })
  const failed = state === 'failed'
  return {
    trial,
    seed: 1 + repeat,
    state,
    metric: failed ? null : (curve.at(-1)?.validationError ?? null),
    epochs: until,
    ...(failed ? { error: `epoch ${until}: the loss became NaN, "as it" does, at step 3` } : {}),
    curve,
  }
}
