import type { EpochEvent, StartEvent } from '../training/events.js'
import { dataText, errorChart, settingRows, type Comparison } from './comparison-page.js'
import { blockCharts } from './diagnostics.js'
import { percent } from './format.js'
import { htmlTable, markup, page, type Markup } from './html.js'

/** What a run is told by: its page shows it. */
export interface RunReport extends Pick<Comparison, 'version' | 'data' | 'settings'> {
  readonly start: StartEvent
  /** All that there were, also before it was resumed. */
  readonly epochs: readonly EpochEvent[]
}

/** A run of training as one HTML document. */
export async function runPage({ version, data, settings, ...run }: RunReport): Promise<string> {
  const { start, epochs } = run
  const { rule } = start
  const events = [start, ...epochs].map((event) => ({ ...event, rule }))
  const body = markup`<p>${dataText(data)}</p>
${outcome(epochs.at(-1))}
${await errorChart({ events, rules: [rule] })}
${await blockCharts(epochs)}
<h2>Settings</h2>
${htmlTable(settingRows({ events, settings }))}
<p>feedalign ${version}</p>`
  return page(`${rule} on ${data.name}`, body)
}

function outcome(last: EpochEvent | undefined): Markup | '' {
  if (last?.testError === undefined) return ''
  return markup`<p>Test error ${percent(last.testError)} after ${last.epoch} epochs.</p>`
}
