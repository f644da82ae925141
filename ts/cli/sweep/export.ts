import { createRequire } from 'node:module'
import { Command, Option } from 'commander'
import type * as Papa from 'papaparse'
import { readSpec, type Spec } from '../../sweep/spec.js'
import { readEvents } from '../../sweep/storage/read.js'
import { tabulate, type Trial } from '../../sweep/storage/trials.js'
import { Curves, passing } from './curves.js'
import { ON_TEST } from './figures.js'

interface ExportFlags {
  readonly json?: boolean
  readonly all?: boolean
}

/** `feedalign sweep export DIR`. */
export function exportCommand(): Command {
  return new Command('export')
    .description('print all trials: as CSV, or as JSON')
    .argument('<folder>')
    .addOption(
      new Option('--csv', 'a line for each trial, under a heading (default)').conflicts('json'),
    )
    .option('--json', 'a JSON object for each trial')
    .option('--all', 'with what failed, times, hashes; in JSON curves too')
    .action(exportTrials)
}

function exportTrials(folder: string, flags: ExportFlags): void {
  const curves = new Curves()
  const events = passing(readEvents(folder), (event) => {
    if (flags.all === true) curves.take(event)
  })
  const { sweep, trials } = tabulate(folder, events)
  const spec = readSpec(sweep.spec)
  if (spec.metric === 'testError') console.error(ON_TEST)
  if (flags.json === true) {
    for (const trial of trials) {
      const curve = flags.all === true ? { curve: curves.of(trial.trial) } : {}
      console.log(JSON.stringify({ ...rowOf(spec, trial, flags), ...curve }))
    }
  } else if (trials.length > 0) console.log(csv(spec, trials, flags))
}

function rowOf(spec: Spec, all: Trial, flags: ExportFlags) {
  const { trial, parameters, metric, state, seed, epochs } = all
  const row = { trial, parameters, metric, state, seed, epochs }
  if (flags.all !== true) return row
  const { configuration, repeat, error = null, seconds, weightsSha256 } = all
  return { ...row, metricName: spec.metric, configuration, repeat, error, seconds, weightsSha256 }
}

/** A column for each parameter, empty where a configuration does not have it. */
function csv(spec: Spec, trials: readonly Trial[], flags: ExportFlags): string {
  const { unparse } = createRequire(import.meta.url)('papaparse') as typeof Papa
  const names = Object.keys(spec.parameters)
  const lines = trials.map((one) => {
    const { trial, parameters, ...rest } = rowOf(spec, one, flags)
    const values = names.map((name) => [`parameters.${name}`, parameters[name] ?? ''] as const)
    return { trial, ...Object.fromEntries(values), ...rest }
  })
  return unparse(lines, { newline: '\n' })
}
