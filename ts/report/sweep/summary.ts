import { dataText } from '../comparison-page.js'
import { grouped, percent, valueText } from '../format.js'
import { htmlTable, markup, type Markup } from '../html.js'
import { spread } from '../reproduction.js'
import { states } from './data.js'
import { epochsOf, ranked, stateOf } from './ranking.js'
import type { ReportConfiguration, SweepReport } from './report.js'

/** What a sweep was of and what it came to, at the top of its page. */
export function summary(report: SweepReport): Markup {
  return markup`<p>${dataText(report.data)}</p>
${warnings(report)}
<h2>Summary</h2>
${htmlTable(Object.entries(facts(report)).map(([what, value]) => ({ what, value })))}
<h2>Best configuration</h2>
${bestTable(report)}`
}

function warnings({ metric, stopped }: SweepReport): Markup[] {
  const test = markup`<p class="notice loud"><strong>Ranked on the test set.</strong> The best error
below was chosen by the examples that it was measured on: it says too little of new ones.</p>`
  return [
    ...(metric === 'testError' ? [test] : []),
    ...(stopped === undefined ? [] : [markup`<p class="notice">${stopped}</p>`]),
  ]
}

function facts({ metric, direction, rank, configurations }: SweepReport): Record<string, string> {
  const trials = configurations.flatMap((one) => one.trials)
  const counts = states.flatMap((state) => {
    const count = trials.filter((trial) => trial.state === state).length
    return count === 0 ? [] : [`${grouped(count)} ${state}`]
  })
  const epochs = trials.reduce((sum, trial) => sum + trial.epochs, 0)
  const test = metric === 'testError' ? ', of the test set' : ''
  return {
    metric: `${metric} (${direction}${test})`,
    'ranked by': `${rank} of a configuration’s trials`,
    configurations: grouped(configurations.length),
    trials: `${grouped(trials.length)}: ${counts.join(', ')}`,
    epochs: grouped(epochs),
  }
}

function bestTable(report: SweepReport): Markup {
  const best = ranked(report)[0]?.configuration
  if (best?.value == null) return markup`<p>No configuration has a value yet.</p>`
  const parameters = Object.entries(best.parameters).map(
    ([name, value]) => [name, valueText(value)] as const,
  )
  const about = {
    configuration: String(best.configuration),
    [report.metric]: valueOf(best, report.metric),
    state: stateOf(best),
    epochs: String(epochsOf(best)),
  }
  const rows = [...Object.entries(about), ...parameters]
  return htmlTable(rows.map(([what, value]) => ({ what, value })))
}

/** A configuration's value, and how far apart its trials are. */
function valueOf({ value, trials }: ReportConfiguration, metric: string): string {
  const text = (figure: number): string =>
    metric.endsWith('Error') ? percent(figure) : String(Number(figure.toPrecision(4)))
  const known = trials.flatMap((trial) => trial.metric ?? [])
  const { deviation } = spread(known)
  const more = deviation === undefined ? '' : `; standard deviation of ${known.length} trials`
  return text(value ?? NaN) + (deviation === undefined ? '' : `${more} ${text(deviation)}`)
}
