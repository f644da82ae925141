import { Command } from 'commander'
import { UsageError } from '../../errors.js'
import { table } from '../../report/table.js'
import type { Outcome } from '../../sweep/samplers/sampler.js'
import { figure, metricText, ON_TEST } from './figures.js'
import { overviewOf, type Overview } from './overview.js'

interface TopFlags {
  readonly count: string
  readonly json?: boolean
}

/** `feedalign sweep top DIR`. */
export function topCommand(): Command {
  return new Command('top')
    .description('list the best configurations, each by all of its repeats')
    .argument('<folder>')
    .option('-n, --count <n>', 'how many', '10')
    .option('--json', 'one JSON object per line on standard output')
    .action(top)
}

function top(folder: string, { count, json }: TopFlags): void {
  const wanted = Number(count)
  if (!Number.isInteger(wanted) || wanted < 1) {
    throw new UsageError(`--count: ${JSON.stringify(count)} is not a whole number of at least 1`)
  }
  const overview = overviewOf(folder)
  if (overview.spec.metric === 'testError') console.error(ON_TEST)
  const first = overview.ranking.slice(0, wanted)
  if (json === true) {
    const { metric } = overview.spec
    for (const [at, one] of first.entries()) {
      console.log(JSON.stringify({ rank: at + 1, ...one, metric, values: valuesOf(overview, one) }))
    }
    return
  }
  if (first.length === 0) console.error('no configuration has a result yet')
  else console.log(table(first.map((one, at) => cells(overview, one, at + 1))))
}

function cells(overview: Overview, one: Outcome, rank: number): Record<string, string> {
  const { metric, parameters, repeats } = overview.spec
  const names = Object.keys(parameters)
  const each = valuesOf(overview, one).map((value) => figure(metric, value))
  return {
    rank: String(rank),
    configuration: String(one.configuration),
    [metricText[metric]]: figure(metric, one.value),
    ...(repeats > 1 ? { 'of each repeat': each.join(', ') } : {}),
    epochs: String(one.epochs),
    ...Object.fromEntries(names.map((name) => [name, String(one.parameters[name] ?? '–')])),
  }
}

/** Of a configuration's trials, where they stand. */
function valuesOf({ spec, trials }: Overview, { configuration }: Outcome): (number | null)[] {
  const first = configuration * spec.repeats
  return trials.slice(first, first + spec.repeats).map(({ metric }) => metric)
}
