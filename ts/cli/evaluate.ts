import { Command, Option } from 'commander'
import { fitOptions, fromFlags, resolveConfig, type Config } from '../config/index.js'
import type { Examples } from '../data/examples.js'
import { UsageError } from '../errors.js'
import { percent } from '../report/format.js'
import { fit, type Split } from '../training/fit.js'
import { load } from './load.js'
import { addSettings } from './options.js'
import { held } from './resume.js'

interface EvaluateFlags {
  readonly split: Split
  readonly checkpoint: 'last' | 'best'
  readonly json?: boolean
}

/** `feedalign evaluate RUN`: error and loss of a trained model. */
export function evaluateCommand(): Command {
  return addSettings(new Command('evaluate'), [
    'data',
    'dataDir',
    'dataOptions',
    'threads',
    'engine',
  ])
    .argument('<run>', 'run folder of `feedalign train`')
    .addOption(
      new Option('--split <name>', 'examples to evaluate on')
        .choices(['test', 'validation', 'train'])
        .default('test'),
    )
    .addOption(
      new Option('--checkpoint <which>', 'last, or best on validation')
        .choices(['last', 'best'])
        .default('last'),
    )
    .option('--json', 'one JSON object on standard output')
    .addHelpText(
      'before',
      'Examples:\n  feedalign evaluate runs/first\n' +
        '  feedalign evaluate runs/first --split validation --checkpoint best --json\n',
    )
    .action(evaluate)
}

async function evaluate(folder: string, flags: EvaluateFlags): Promise<void> {
  const { split, checkpoint } = flags
  const told = fromFlags({ ...flags })
  const config = resolveConfig(held(folder))
  const wanted = resolveConfig(new Map([...held(folder), ...told]))
  const own = wanted.data === config.data
  // The run's own data is what scales inputs and is split, whatever the model meets now.
  const loaded = await load(own ? wanted : config, {})
  const other = own ? undefined : await examplesOf(resolveConfig(told), split)
  using run = fit({
    ...fitOptions(wanted, loaded),
    ...(other === undefined ? {} : { test: other }),
    checkpoints: folder,
  })
  await run.restore(checkpoint)
  const found = await run.evaluate(own ? split : 'test')
  if (flags.json === true) {
    const what = { event: 'evaluation', run: folder, data: wanted.data, split, checkpoint }
    console.log(JSON.stringify({ ...what, ...found }))
    return
  }
  const { error, loss, examples } = found
  const figures = `error ${percent(error)}, loss ${loss.toFixed(4)}`
  console.log(`${wanted.data} ${split}: ${figures}, ${examples} examples`)
}

/** A split of another set than the one trained on. */
async function examplesOf(config: Config, split: Split): Promise<Examples> {
  if (split !== 'validation') return (await load(config, {}))[split]
  throw new UsageError(`--split validation is of the run's own data, not of ${config.data}`)
}
