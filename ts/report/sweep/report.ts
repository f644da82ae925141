import type { Parameters } from '../../sweep/job.js'
import type { CurvePoint } from '../../sweep/storage/events.js'
import type { Comparison } from '../comparison-page.js'
import type { Figure, PageTrial, ReportParameter } from './data.js'

/** What a sweep is told by: its page shows it. */
export interface SweepReport extends Pick<Comparison, 'version' | 'data'> {
  readonly title: string
  /** That of the test set is marked as such wherever the page shows it. */
  readonly metric: Figure
  readonly direction: 'minimise' | 'maximise'
  /** How a configuration's value is made of its trials', by name: `mean`. */
  readonly rank: string
  /** As the journal has it. */
  readonly spec: Readonly<Record<string, unknown>>
  /** In the order of the spec. */
  readonly parameters: readonly ReportParameter[]
  /** By ascending number. */
  readonly configurations: readonly ReportConfiguration[]
  /** Why it has not come to its end, where it has not. */
  readonly stopped?: string
}

export interface ReportConfiguration {
  readonly configuration: number
  /** Without those parameters that its other values do not ask for. */
  readonly parameters: Parameters
  /** Of its trials, as far as they got; null where one failed or has none. */
  readonly value: number | null
  /** By ascending number; at least one. */
  readonly trials: readonly ReportTrial[]
}

export interface ReportTrial extends PageTrial {
  /** Of all its epochs, ascending. */
  readonly curve: readonly CurvePoint[]
}
