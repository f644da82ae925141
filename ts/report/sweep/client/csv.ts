import type { PageConfiguration, PageData } from '../data.js'

/** A line a trial, as RFC 4180 has it: figures as they are, errors as fractions. */
export function csvOf(
  { parameters, metric }: Pick<PageData, 'parameters' | 'metric'>,
  configurations: readonly PageConfiguration[],
): string {
  const names = parameters.map(({ name }) => name)
  const head = ['trial', 'configuration', 'seed', 'state', ...names, metric, 'epochs', 'error']
  const lines = configurations.flatMap(({ configuration, values, trials }) =>
    trials.map((one) => {
      const about = [one.trial, configuration, one.seed, one.state]
      return [...about, ...values, one.metric, one.epochs, one.error ?? null]
    }),
  )
  return [head, ...lines].map((cells) => `${cells.map(cell).join(',')}\r\n`).join('')
}

function cell(value: string | number | boolean | null): string {
  const text = String(value ?? '')
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
