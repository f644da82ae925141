import { Command } from 'commander'
import { fitOptions, keys, loadData, resolveConfig } from '../config/index.js'
import { dataSources } from '../data/sets/index.js'
import type { DoneEvent, EpochEvent } from '../training/events.js'
import { fit } from '../training/fit.js'
import { anglesText, duration, percent } from '../report/format.js'
import { table } from '../report/table.js'
import { addGeneral, addSettings, given, type GeneralFlags } from './options.js'
import { printer } from './progress.js'

interface CompareFlags extends GeneralFlags {
  readonly rules: string
}

/** What a rule came to. */
interface Result {
  readonly rule: string
  readonly done: DoneEvent
  readonly last: EpochEvent
}

/** `feedalign compare`: one network, data, seed and schedule under several rules. */
export function compareCommand(): Command {
  const command = new Command('compare').description('train under several rules and tabulate')
  const shared = keys.filter((key) => key !== 'rule' && key !== 'out')
  return addGeneral(addSettings(command, shared))
    .option('--rules <names>', 'separated by commas', 'bp,fa,dfa,shallow')
    .addHelpText('before', 'Examples:\n  feedalign compare --rules bp,fa --epochs 5\n')
    .action(compare)
}

async function compare(flags: CompareFlags): Promise<void> {
  const told = given(flags)
  const shared = resolveConfig(told)
  // Wrong names are to be known before the first rule has trained.
  const configs = flags.rules
    .split(',')
    .map((name) => ({ value: name.trim(), where: '--rules' }))
    .map((rule) => resolveConfig(new Map([...told, ['rule', rule]])))
  const loaded = await loadData(shared)
  const prepared = configs.map((config) => ({
    rule: config.rule,
    options: fitOptions(config, loaded),
  }))
  const print = printer(flags)
  const results: Result[] = []
  if (flags.json !== true) {
    const title = dataSources.find(({ name }) => name === loaded.name)?.title ?? loaded.name
    console.error(`${shared.network} ${shared.activation} on ${title}`)
  }
  for (const { rule, options } of prepared) {
    if (flags.json !== true && flags.quiet !== true) console.error(`\n${rule}`)
    const run = fit(options)
    let last: EpochEvent | undefined
    for await (const event of run) {
      print(event)
      if (event.event === 'epoch') last = event
      if (event.event === 'done' && last !== undefined) results.push({ rule, done: event, last })
    }
    run.model[Symbol.dispose]()
  }
  if (flags.json === true) console.log(JSON.stringify({ event: 'table', rows: results.map(row) }))
  else console.log(`\n${table(results.map(cells))}`)
}

function row({ rule, done, last }: Result) {
  const { testError, seconds } = done
  return { rule, testError, seconds, samplesPerSecond: last.samplesPerSecond, angles: last.angles }
}

function cells({ rule, done, last }: Result): Record<string, string> {
  return {
    rule,
    'test error': done.testError === undefined ? '–' : percent(done.testError),
    time: duration(done.seconds),
    'samples/s': last.samplesPerSecond.toFixed(0),
    angles: anglesText(last.angles),
  }
}
