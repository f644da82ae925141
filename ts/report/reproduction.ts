import { grouped, valueText } from './format.js'
import { markdownTable } from './table.js'

/** What a row of an experiment came to. */
export interface Finding {
  readonly row: string
  /** By configuration key, without the seed. */
  readonly settings: Readonly<Record<string, unknown>>
  /** The source's test error, a fraction. */
  readonly published?: number
  /** In the order of the seeds; none where nothing was trained yet. */
  readonly runs: readonly FinishedRun[]
}

export interface FinishedRun {
  readonly seed: number
  /** After the last epoch, a fraction. */
  readonly testError: number
  readonly epochs: number
  /** Of training, without evaluation. */
  readonly seconds: number
  /** Weights and biases that there are. */
  readonly parameters: number
  readonly kernel: string
  readonly threads: number
  readonly weightsSha256: string
}

/** An experiment and what it came to. */
export interface Reproduction {
  readonly name: string
  readonly title: string
  /** Of the published figures, where there are some. */
  readonly source?: string
  readonly about: string
  readonly timed: boolean
  readonly seeds: readonly number[]
  /** The command line that made it. */
  readonly command: string
  /** What it ran on, by name. */
  readonly machine: Readonly<Record<string, string | number>>
  readonly findings: readonly Finding[]
}

/** Mean, and standard deviation of a sample, undefined for fewer than two. */
export function spread(values: readonly number[]): { mean: number; deviation?: number } {
  const sum = (of: readonly number[]): number => of.reduce((total, value) => total + value, 0)
  const mean = sum(values) / values.length
  if (values.length < 2) return { mean }
  const squares = sum(values.map((value) => (value - mean) ** 2))
  return { mean, deviation: Math.sqrt(squares / (values.length - 1)) }
}

/** The table: per cent; a dash where there is no figure. */
export function reproductionCells({
  findings,
  seeds,
  timed,
}: Reproduction): Record<string, string>[] {
  const anyPublished = findings.some(({ published }) => published !== undefined)
  return findings.map(({ row, runs, published }) => {
    const { mean, deviation } = spread(runs.map(({ testError }) => testError))
    const each = seeds.map((seed) => {
      const run = runs.find((one) => one.seed === seed)
      return [`seed ${seed}`, figure(run?.testError)] as const
    })
    const more = deviation === undefined ? '' : ` ± ${figure(deviation)}`
    return {
      row,
      ...Object.fromEntries(each),
      'mean ± sd': figure(mean) + more,
      ...(anyPublished
        ? { published: figure(published), difference: signed(mean, published) }
        : {}),
      ...(timed ? { parameters: size(runs), 's/epoch': secondsOfEpoch(runs) } : {}),
    }
  })
}

const figure = (fraction = NaN): string =>
  Number.isNaN(fraction) ? '–' : (100 * fraction).toFixed(2)

function signed(mean: number, published = NaN): string {
  const points = 100 * (mean - published)
  return Number.isNaN(points) ? '–' : `${points < 0 ? '−' : '+'}${Math.abs(points).toFixed(2)}`
}

const size = ([first]: readonly FinishedRun[]): string =>
  first === undefined ? '–' : grouped(first.parameters)

/** The least of the seeds, which is the least disturbed. */
function secondsOfEpoch(runs: readonly FinishedRun[]): string {
  if (runs.length === 0) return '–'
  return Math.min(...runs.map(({ seconds, epochs }) => seconds / epochs)).toFixed(1)
}

/** The whole of it as Markdown. */
export function reproductionMarkdown(reproduction: Reproduction): string {
  const { title, source, about, command, machine, findings } = reproduction
  const { shared, own } = settingsOf(findings)
  const facts = Object.entries(machine).map(([name, value]) => `${name} ${value}`)
  return `${[
    `# ${title}`,
    about,
    `Test error after the last epoch, %${source === undefined ? '' : `; published: ${source}`}.`,
    markdownTable(reproductionCells(reproduction)),
    `By`,
    `\`\`\`sh\n${command}\n\`\`\``,
    `## Settings`,
    `Of all rows:`,
    markdownTable(shared),
    ...(own.length > 0 ? ['By row:', markdownTable(own)] : []),
    `Made with ${[...facts, ...usedBy(findings)].join(', ')}.`,
  ].join('\n\n')}\n`
}

/** Kernels and numbers of threads that the runs had. */
function usedBy(findings: readonly Finding[]): string[] {
  const each = findings.flatMap(({ runs }) =>
    runs.map(
      ({ kernel, threads }) => `kernel ${kernel} on ${threads} thread${threads === 1 ? '' : 's'}`,
    ),
  )
  return [...new Set(each)]
}

/** Those that all rows share, and those in which they differ; empty ones are not worth a line. */
function settingsOf(findings: readonly Finding[]) {
  const trained = findings.filter(({ runs }) => runs.length > 0)
  const keys = [...new Set(trained.flatMap(({ settings }) => Object.keys(settings)))]
  const text = ({ settings }: Finding, key: string): string =>
    settings[key] === undefined || settings[key] === '' ? '–' : valueText(settings[key])
  const values = (key: string): string[] => trained.map((finding) => text(finding, key))
  const differing = keys.filter((key) => new Set(values(key)).size > 1)
  const shared = keys
    .filter((key) => !differing.includes(key) && values(key)[0] !== '–')
    .map((setting) => ({ setting, value: values(setting)[0] ?? '' }))
  const own =
    differing.length === 0
      ? []
      : trained.map((finding) => ({
          row: finding.row,
          ...Object.fromEntries(differing.map((key) => [key, text(finding, key)])),
        }))
  return { shared, own }
}
