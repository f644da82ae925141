import { lineChart } from './charts.js'
import {
  anglePoints,
  cells,
  errorPoints,
  rows,
  startSettings,
  type RuleEvent,
} from './comparison.js'
import { grouped, valueText } from './format.js'
import { figure, htmlTable, markup, page, type Markup } from './html.js'

/** A rule that a comparison goes without, and why. */
export interface LeftOut {
  readonly rule: string
  readonly reason: string
}

/** What a comparison is told by: its page shows it, `results.json` holds it. */
export interface Comparison {
  /** Version of the program. */
  readonly version: string
  readonly data: {
    readonly name: string
    readonly title: string
    readonly sample: boolean
    readonly train: number
    readonly test: number
  }
  /** In the order of training. */
  readonly rules: readonly string[]
  /** Rules asked for that cannot be trained so. */
  readonly leftOut?: readonly LeftOut[]
  /** What was asked for, by configuration key. */
  readonly settings: Readonly<Record<string, unknown>>
  /** Without `progress`. */
  readonly events: readonly RuleEvent[]
  /** Why it ended before its last rule. */
  readonly stopped?: string
}

/** The comparison as one HTML document. */
export async function comparisonPage(comparison: Comparison): Promise<string> {
  const { data, events, rules, leftOut = [], stopped, version } = comparison
  const finished = rows(events)
  const title = `${rules.join(', ')} on ${data.name}`
  const outcome =
    finished.length > 0
      ? htmlTable(cells(finished))
      : markup`<p>No rule was trained to its end.</p>`
  const body = markup`<p>${dataText(data)}</p>
${stopped === undefined ? '' : markup`<p class="notice">${stopped}</p>`}
<h2>Outcome</h2>
${outcome}
${
  leftOut.length === 0
    ? ''
    : markup`<h2>Left out</h2>
${htmlTable(leftOut.map((one) => ({ ...one })))}`
}
${await errorChart(comparison)}
${await angleChart(comparison)}
<h2>Settings</h2>
${htmlTable(settingRows(comparison))}
<p>feedalign ${version}</p>`
  return page(title, body)
}

/** Which data, how much of it, and whether it is all there is. */
export function dataText({ name, title, sample, train, test }: Comparison['data']): string {
  const counts = `${grouped(train)} examples to train on, ${grouped(test)} to test`
  const warning = 'Only a sample of the set: its error rates are not those of the whole.'
  return `Data: ${name} (${title}); ${counts}. ${sample ? warning : 'The whole set, not a sample.'}`
}

/** A line a rule and kind of error; nothing where no epoch has ended. */
export async function errorChart({
  events,
  rules,
}: Pick<Comparison, 'events' | 'rules'>): Promise<Markup | ''> {
  const points = errorPoints(events)
  if (points.length === 0) return ''
  const svg = await lineChart({
    description: 'Error by epoch and rule',
    x: 'epoch',
    y: 'error',
    yFormat: '~%',
    points,
    series: rules,
  })
  const caption =
    'After each epoch; the error of training is a mean over the epoch, each batch with the weights it met.'
  return markup`<h2>Learning curves</h2>
${figure(svg, caption)}`
}

async function angleChart({ events, rules }: Comparison): Promise<Markup | ''> {
  const points = anglePoints(events)
  if (points.length === 0) return ''
  const svg = await lineChart({
    description: 'Angle by epoch, rule and hidden block',
    x: 'epoch',
    y: 'angle, degrees',
    yDomain: [0, Math.max(100, ...points.map(({ y }) => y))],
    points,
    series: rules,
  })
  const caption =
    'Hidden blocks are counted from the input side. 0° is backpropagation’s own signal, 90° is at right angles to it; a block that gets no signal has no line.'
  return markup`<h2>Angle between the rule’s signal and backpropagation’s</h2>
${figure(svg, caption)}`
}

/** What the runs started with, then what else was asked for. */
export function settingRows({
  events,
  settings,
}: Pick<Comparison, 'events' | 'settings'>): Record<string, string>[] {
  const asked = Object.entries(settings).map(([key, value]) => [key, valueText(value)] as const)
  const all = { ...Object.fromEntries(asked), ...startSettings(events) }
  return Object.entries(all).map(([setting, value]) => ({ setting, value }))
}
