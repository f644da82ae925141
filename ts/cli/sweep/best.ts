import { Command, Option } from 'commander'
import { kebab, keys, type Config } from '../../config/index.js'
import { FeedalignError } from '../../errors.js'
import type { Parameters } from '../../sweep/job.js'
import type { Spec } from '../../sweep/spec.js'
import { configOf } from '../../sweep/trial.js'
import { ON_TEST } from './figures.js'
import { overviewOf } from './overview.js'
import { shellText } from './shell.js'

/** `feedalign sweep best DIR`. */
export function bestCommand(): Command {
  const format = new Option('--format <form>', 'json: a file for train --config; cmd: its command')
  return new Command('best')
    .description('print the best configuration as train takes it')
    .argument('<folder>')
    .addOption(format.choices(['json', 'cmd']).default('json'))
    .addHelpText(
      'before',
      'Examples:\n  feedalign sweep best runs/sweep > best.json\n' +
        '  feedalign train --config best.json\n',
    )
    .action(best)
}

function best(folder: string, { format }: { readonly format: 'json' | 'cmd' }): void {
  const { spec, ranking } = overviewOf(folder)
  const [first] = ranking
  if (first === undefined) throw new FeedalignError(`${folder}: no configuration has a result yet`)
  if (spec.metric === 'testError') console.error(ON_TEST)
  const config = trained(spec, first.parameters)
  console.log(format === 'json' ? JSON.stringify(config, null, 2) : commandLine(config))
}

/** The training of its first repeat; on how many cores changes nothing, so all are used. */
function trained(spec: Spec, parameters: Parameters): Partial<Config> {
  const { threads, ...config } = configOf(spec, { parameters, repeat: 0 })
  return spec.train.threads === undefined ? config : { ...config, threads }
}

function commandLine(config: Partial<Config>): string {
  const told = keys.flatMap((key) => {
    const value = config[key]
    if (value === undefined || value === '') return []
    // A network in its long form has no flag.
    if (typeof value === 'object') {
      throw new FeedalignError(`${key} is an object, which no flag takes; take --format json`)
    }
    if (value === false) return ['--set', `${key}=false`]
    return value === true ? [`--${kebab(key)}`] : [`--${kebab(key)}`, shellText(String(value))]
  })
  return ['feedalign train', ...told].join(' ')
}
