import type { BlockDiagnostics } from '../training/diagnostics.js'
import type { EpochEvent } from '../training/events.js'
import { lineChart, type LineChart, type Point } from './charts.js'
import { figure, markup, type Markup } from './html.js'

type Figure = keyof BlockDiagnostics

/** A chart of some figures of the blocks, one a panel; all of one unit. */
interface Group {
  readonly title: string
  readonly y: string
  readonly caption: string
  readonly panels: Partial<Record<Figure, string>>
  /** More of the chart, given the highest value. */
  readonly more: (highest: number) => Partial<LineChart>
}

const groups: readonly Group[] = [
  {
    title: 'Angles',
    y: 'angle, degrees',
    caption:
      '0° is the same direction, 90° a right angle: of the rule’s signal (its delta) to that of backpropagation and to that of the pseudoinverses of the weights; of the weight updates that it asks for to the gradients; of the weights to the feedback that stands in for them.',
    panels: {
      signalAngle: 'signal and backpropagation’s',
      pseudoinverseAngle: 'signal and pseudoinverses’',
      updateAngle: 'update and gradient',
      weightAngle: 'weights and feedback',
    },
    more: (highest) => ({ yDomain: [0, Math.max(100, highest)] }),
  },
  {
    title: 'Norms',
    y: 'norm',
    caption:
      'Of the weights; of the update that a batch asks for, before learning rate and optimizer; of an example’s delta; of the weights as a multiple of the feedback’s.',
    panels: {
      weightNorm: 'weights',
      updateNorm: 'update',
      deltaNorm: 'delta',
      normRatio: 'weights / feedback',
    },
    more: () => ({ ownY: true }),
  },
  {
    title: 'Saturated activations and dead units',
    y: 'share',
    caption:
      'Saturated: where the activation’s slope is below a twentieth of its greatest. Dead: zero on all examples measured.',
    panels: { saturated: 'saturated', dead: 'dead' },
    more: () => ({ yFormat: '~%' }),
  },
]

/** Lines by epoch and block of the figures that a run has, by the names of the weights' tensors. */
function blockPoints(epochs: readonly EpochEvent[], panels: Group['panels']): Point[] {
  return Object.entries(panels).flatMap(([key, panel]) =>
    epochs.flatMap(({ epoch, blocks }) =>
      blocks.flatMap((block, i): Point[] => {
        const y = block[key as Figure]
        return y === null ? [] : [{ x: epoch, y, series: `blocks.${i}`, panel }]
      }),
    ),
  )
}

/** Charts of all that was measured of the blocks; those of nothing are left out. */
export async function blockCharts(epochs: readonly EpochEvent[]): Promise<Markup[]> {
  const series = (epochs[0]?.blocks ?? []).map((_, i) => `blocks.${i}`)
  const sections = groups.map(async ({ title, y, caption, panels, more }) => {
    const points = blockPoints(epochs, panels)
    if (points.length === 0) return []
    const description = `${title} by epoch and block`
    const highest = Math.max(...points.map((point) => point.y))
    const chart = { description, x: 'epoch', y, points, series, ...more(highest) }
    const svg = await lineChart(chart)
    return [markup`<h2>${title}</h2>\n${figure(svg, caption)}\n`]
  })
  return (await Promise.all(sections)).flat()
}
