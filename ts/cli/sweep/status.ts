import { Command } from 'commander'
import { duration, grouped } from '../../report/format.js'
import { studyOptions } from '../../sweep/plan.js'
import type { Trial } from '../../sweep/storage/trials.js'
import { figure, metricText, ON_TEST, valuesText } from './figures.js'
import { overviewOf, type Overview } from './overview.js'
import { shellText } from './shell.js'

/** `feedalign sweep status DIR`. */
export function statusCommand(): Command {
  return new Command('status')
    .description('say how far a sweep is, what failed, and who is at work on it')
    .argument('<folder>')
    .option('--json', 'as one JSON object')
    .action(status)
}

type State = Trial['state']
const states: readonly State[] = [
  'completed',
  'pruned',
  'failed',
  'running',
  'interrupted',
  'queued',
]

function status(folder: string, { json }: { readonly json?: boolean }): void {
  const overview = overviewOf(folder)
  if (json === true) console.log(JSON.stringify(facts(overview)))
  else for (const line of lines(overview)) console.log(line)
}

/** Trials in each state; those of configurations that are yet to be drawn are queued too. */
function counts({ spec, trials, end }: Overview): Record<State, number> {
  const { configurations, repeats } = studyOptions(spec)
  const begun = states.map((state) => [state, trials.filter((one) => one.state === state).length])
  const held = Object.fromEntries(begun) as Record<State, number>
  const left = end?.reason === 'finished' ? 0 : configurations * repeats - trials.length
  return { ...held, queued: held.queued + Math.max(0, left) }
}

function failures({ trials }: Overview): (Trial & { readonly error: string })[] {
  return trials.flatMap(({ error, ...one }) => (error === undefined ? [] : { ...one, error }))
}

function facts(overview: Overview) {
  const { folder, spec, live, end, ranking, trials } = overview
  const { metric, direction, rank, repeats } = spec
  return {
    folder,
    live,
    end: end?.reason ?? null,
    states: counts(overview),
    trials: studyOptions(spec).configurations * repeats,
    epochs: trials.reduce((sum, { epochs }) => sum + epochs, 0),
    seconds: trials.reduce((sum, { seconds }) => sum + seconds, 0),
    metric,
    direction,
    rank,
    onTest: metric === 'testError',
    best: ranking[0] ?? null,
    failures: failures(overview).map(({ trial, error }) => ({ trial, error })),
  }
}

/** Failures that are shown; `--json` has them all. */
const SHOWN = 5

function lines(overview: Overview): string[] {
  const { folder, spec, ranking } = overview
  const { states: each, trials, epochs, seconds } = facts(overview)
  const [best] = ranking
  const failed = failures(overview)
  return [
    `${folder}: ${grouped(trials)} trials, ${standing(overview)}`,
    states
      .flatMap((state) => (each[state] > 0 ? `${grouped(each[state])} ${state}` : []))
      .join(', '),
    `${grouped(epochs)} epochs in ${duration(seconds)} of training`,
    ...(best === undefined
      ? []
      : [
          `best ${metricText[spec.metric]} ${figure(spec.metric, best.value)}: configuration ` +
            `${best.configuration} after ${best.epochs} epochs, ${valuesText(best.parameters)}`,
        ]),
    ...failed.slice(0, SHOWN).map(({ trial, error }) => `trial ${trial} failed: ${error}`),
    ...(failed.length > SHOWN ? [`and ${grouped(failed.length - SHOWN)} more: --json`] : []),
    ...(spec.metric === 'testError' ? [ON_TEST] : []),
  ]
}

function standing({ folder, live, session, end }: Overview): string {
  if (live) return `process ${session?.pid} on ${session?.host} is at work`
  const next = `go on with: feedalign sweep resume ${shellText(folder)}`
  switch (end?.reason) {
    case 'finished':
      return 'finished'
    case 'time':
      return `out of time; ${next}`
    case 'failed':
      return `ended by a failure; ${next}`
    case 'stopped':
      return `stopped; ${next}`
    default:
      return `its process has ended before its time; ${next}`
  }
}
