import { join } from 'node:path'
import { Command } from 'commander'
import { writeFiles } from '../../report/files.js'
import type { ReportParameter } from '../../report/sweep/data.js'
import { sweepPage } from '../../report/sweep/page.js'
import type { ReportConfiguration, SweepReport } from '../../report/sweep/report.js'
import { readData } from '../../sweep/data.js'
import type { ParameterSpec } from '../../sweep/specs.js'
import { version } from '../../version.js'
import { Curves } from './curves.js'
import { overviewOf, type Overview } from './overview.js'

/** `feedalign sweep report DIR`. */
export function reportCommand(): Command {
  return new Command('report')
    .description("write report.html into a sweep's folder")
    .argument('<folder>')
    .action(report)
}

async function report(folder: string): Promise<void> {
  const curves = new Curves()
  const overview = overviewOf(folder, (event) => {
    curves.take(event)
  })
  const told = reportOf(overview, curves)
  await writeFiles(folder, { 'report.html': sweepPage(told) })
  console.log(join(folder, 'report.html'))
}

/** What a sweep's page shows. */
export function reportOf(overview: Overview, curves: Curves): SweepReport {
  const { folder, spec, sweep, live, end } = overview
  const { metric, direction, rank } = spec
  const data = readData(folder)
  const stopped = live ? 'at work' : (end?.reason ?? 'its process has ended before its time')
  return {
    title: `Sweep on ${data.name}`,
    version: version(),
    data,
    metric,
    direction,
    rank,
    spec: sweep.spec,
    parameters: Object.entries(spec.parameters).map(parameterOf),
    configurations: configurationsOf(overview, curves),
    ...(stopped === 'finished' ? {} : { stopped }),
  }
}

function configurationsOf(
  { spec, trials, ranking }: Overview,
  curves: Curves,
): ReportConfiguration[] {
  const values = new Map(ranking.map(({ configuration, value }) => [configuration, value]))
  const all = trials.map(({ trial, seed, state, metric, epochs, error }) => {
    const curve = curves.of(trial)
    return { trial, seed, state, metric, epochs, curve, ...(error === undefined ? {} : { error }) }
  })
  const firsts = trials.filter(({ repeat }) => repeat === 0)
  return firsts.map(({ trial, configuration, parameters }) => ({
    configuration,
    parameters,
    value: values.get(configuration) ?? null,
    trials: all.slice(trial, trial + spec.repeats),
  }))
}

function parameterOf([name, spec]: [string, ParameterSpec]): ReportParameter {
  if ('choices' in spec) return { name, kind: 'choice', choices: spec.choices }
  const { min, max, log = false, int = false } = spec
  return { name, kind: 'number', min, max, log, int }
}
