import { join } from 'node:path'
import { Command, Option } from 'commander'
import { keys, networkOf, resolveConfig, type Config, type Given } from '../config/index.js'
import { describe as shortForm } from '../network/index.js'
import { describeData } from '../data/sets/described.js'
import { findDataSource, type Loaded } from '../data/sets/index.js'
import { reason, UsageError } from '../errors.js'
import { cells, rows, type RuleEvent } from '../report/comparison.js'
import { comparisonPage, dataText, type Comparison } from '../report/comparison-page.js'
import { writeFiles } from '../report/files.js'
import { table } from '../report/table.js'
import { allRules, findRule } from '../rules/index.js'
import { checkUsed, partsOf, without } from './compareParts.js'
import { makeFolder } from '../makeFolder.js'
import { defaultFolder } from './folder.js'
import { load } from './load.js'
import { version } from '../version.js'
import { addGeneral, addSettings, given, type GeneralFlags } from './options.js'
import { describeSettings } from './report.js'
import { trainAll } from './trainAll.js'

interface CompareFlags extends GeneralFlags {
  readonly rules: string
  readonly quick?: boolean
  /** False with --no-save. */
  readonly save: boolean
}

/** `feedalign compare`: one network, data, seed and schedule under several rules. */
export function compareCommand(): Command {
  const command = new Command('compare').description('train under several rules and tabulate')
  const shared = keys.filter((key) => key !== 'rule' && key !== 'out')
  return addGeneral(addSettings(command, shared))
    .option('--rules <names>', 'separated by commas, or all', 'bp,fa,dfa,shallow')
    .option('--quick', 'unless told otherwise: the best data at hand, few epochs')
    .option('--out <folder>', 'of report.html and results.json; runs/TIME-compare unless told')
    .addOption(new Option('--no-save', 'write nothing').conflicts('out'))
    .addHelpText(
      'before',
      'Examples:\n  feedalign compare --rules bp,fa --epochs 5\n  feedalign compare --quick\n',
    )
    .action(compare)
}

/** Epochs that keep four rules on 784-1500-1500-1500-10 within three minutes on two cores. */
const quickEpochs: Readonly<Record<string, number>> = { mnist: 2, digits: 5 }

/** Chooses the data and the epochs where they were not given. */
function quick(told: Given): Given {
  const atHand = told.has('dataDir') || findDataSource('mnist').locate() !== undefined
  const usual = { value: atHand ? 'mnist' : 'digits', where: '--quick' }
  const data = told.get('data') ?? usual
  const epochs = { value: quickEpochs[String(data.value)], where: '--quick' }
  return new Map([
    ['data', data],
    ...(epochs.value === undefined ? [] : [['epochs', epochs] as const]),
    ...told,
  ])
}

async function compare(flags: CompareFlags): Promise<void> {
  const told = flags.quick === true ? quick(given(flags)) : given(flags)
  const shared = resolveConfig(without(told, 'rule', 'ruleOptions'))
  const names = ruleNames(flags)
  const loaded = await load(shared, flags)
  // What cannot be is to be known before the first rule has trained.
  const { parts, leftOut } = partsOf(names, told, loaded, isAll(flags))
  checkUsed(parts, told)
  for (const { rule, reason } of leftOut) console.error(`left out: ${rule} (${reason})`)
  const folder = flags.save ? makeFolder(shared.out ?? defaultFolder('compare')) : undefined
  const trained = parts.map(({ rule }) => rule)
  const about = { ...describe(shared, trained, loaded), leftOut }
  if (flags.json !== true && flags.quiet !== true) {
    const network = shortForm(networkOf(shared))
    console.error(`${network} ${shared.activation} by ${about.rules.join(', ')}`)
    console.error(dataText(about.data))
  }
  const events: RuleEvent[] = []
  const label = (place: number): string =>
    `${parts[place]?.rule ?? ''} (${place + 1}/${parts.length})`
  const failure = await trainAll(parts, flags, label, (event) => {
    events.push(event)
  })
  const done = rows(events).length
  const reason = failure === undefined ? 'stopped' : `failed (${failure.message})`
  const stopped = `${reason} with ${done} of ${parts.length} rules done`
  const comparison = { ...about, events, ...(done < parts.length ? { stopped } : {}) }
  print(comparison, flags)
  if (folder !== undefined) await save(comparison, folder, flags)
  if (failure !== undefined) throw failure
  if (done < parts.length) process.exitCode = 130
}

const isAll = ({ rules }: CompareFlags): boolean => rules.trim() === 'all'

function ruleNames(flags: CompareFlags): string[] {
  if (isAll(flags)) return allRules.map(({ ruleName }) => ruleName)
  const names = flags.rules.split(',').map((name) => name.trim())
  const twice = names.find((name, i) => names.indexOf(name) < i)
  if (twice === undefined) return names.map(known)
  throw new UsageError(`--rules ${JSON.stringify(flags.rules)} names ${twice} twice`)
}

/** A rule's name, if there is such a rule. */
function known(name: string): string {
  try {
    return findRule(name).ruleName
  } catch (error) {
    throw new UsageError(`--rules: ${reason(error)}`)
  }
}

/** All of the comparison but its outcome. */
function describe(shared: Config, rules: readonly string[], loaded: Loaded) {
  return {
    version: version(),
    data: describeData(loaded),
    rules,
    settings: describeSettings(shared),
  }
}

/** The table, on standard output. */
function print(comparison: Comparison, flags: CompareFlags): void {
  const found = rows(comparison.events)
  const { data, stopped, leftOut } = comparison
  if (flags.json === true) {
    const { name, sample } = data
    const more = { data: { name, sample }, stopped: stopped ?? null, leftOut }
    console.log(JSON.stringify({ event: 'table', rows: found, ...more }))
    return
  }
  if (found.length > 0) console.log(`\n${table(cells(found))}`)
  if (stopped !== undefined) console.error(`\n${stopped}`)
}

/** Writes the page and what it is made of, and says where. */
async function save(comparison: Comparison, folder: string, flags: CompareFlags): Promise<void> {
  const results = { ...comparison, table: rows(comparison.events) }
  await writeFiles(folder, {
    'results.json': `${JSON.stringify(results, null, 2)}\n`,
    'report.html': await comparisonPage(comparison),
  })
  const file = join(folder, 'report.html')
  if (flags.json === true) console.log(JSON.stringify({ event: 'report', file }))
  else console.error(`\nreport: ${file}`)
}
