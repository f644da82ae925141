import { createRequire } from 'node:module'
import { join } from 'node:path'
import { Command } from 'commander'
import { dataSources, findDataSource, type Loaded } from '../data/sets/index.js'
import { UsageError } from '../errors.js'
import { compareRules, type Part } from '../experiments/compare.js'
import { cells, rows, type RuleEvent } from '../report/comparison.js'
import { comparisonPage, dataText, type Comparison } from '../report/comparison-page.js'
import { writeFiles } from '../report/files.js'
import { table } from '../report/table.js'
import { defaultFolder, makeFolder } from './folder.js'
import { onInterrupt } from './interrupt.js'
import { addTrainingFlags, fitOptions, loadData, type TrainingFlags } from './options.js'
import { printer } from './progress.js'

interface CompareFlags extends TrainingFlags {
  readonly rules: string
  readonly quick?: boolean
  readonly out?: string
  /** False with --no-save. */
  readonly save: boolean
}

/** `feedalign compare`: one network, data, seed and schedule under several rules. */
export function compareCommand(): Command {
  const command = new Command('compare').description('train under several rules and tabulate')
  return addTrainingFlags(command)
    .option('--rules <names>', 'separated by commas', 'bp,fa,dfa,shallow')
    .option('--quick', 'unless told otherwise: the best data at hand, few epochs')
    .option('--out <folder>', 'of report.html and results.json; runs/TIME-compare unless told')
    .option('--no-save', 'write nothing')
    .addHelpText(
      'before',
      'Examples:\n  feedalign compare --rules bp,fa --epochs 5\n  feedalign compare --quick\n',
    )
    .action((flags: CompareFlags) => {
      const given = (key: string): boolean => command.getOptionValueSource(key) === 'cli'
      return compare(flags.quick === true ? quick(flags, given) : flags)
    })
}

/** Epochs that keep four rules on 784-1500-1500-1500-10 within three minutes on two cores. */
const quickEpochs: Readonly<Record<string, string>> = { mnist: '2', digits: '5' }

/** Chooses the data and the epochs where they were not given. */
function quick(flags: CompareFlags, given: (key: string) => boolean): CompareFlags {
  const atHand = flags.dataDir !== undefined || findDataSource('mnist').locate() !== undefined
  const data = given('data') ? flags.data : atHand ? 'mnist' : 'digits'
  const epochs = given('epochs') ? flags.epochs : (quickEpochs[data] ?? flags.epochs)
  return { ...flags, data, epochs }
}

async function compare(flags: CompareFlags): Promise<void> {
  const loaded = await loadData(flags)
  // Wrong names are to be known before the first rule has trained.
  const parts = ruleNames(flags).map((rule) => ({ rule, options: fitOptions(flags, rule, loaded) }))
  const folder = flags.save ? makeFolder(flags.out ?? defaultFolder('compare')) : undefined
  const told = describe(flags, loaded)
  if (flags.json !== true && flags.quiet !== true) {
    console.error(`${flags.network} ${flags.activation} by ${told.rules.join(', ')}`)
    console.error(dataText(told.data))
  }
  const events: RuleEvent[] = []
  const failure = await trainAll(parts, flags, events)
  const done = rows(events).length
  const reason = failure === undefined ? 'stopped' : `failed (${failure.message})`
  const stopped = `${reason} with ${done} of ${parts.length} rules done`
  const comparison = { ...told, events, ...(done < parts.length ? { stopped } : {}) }
  print(comparison, flags)
  if (folder !== undefined) await save(comparison, folder, flags)
  if (failure !== undefined) throw failure
  if (done < parts.length) process.exitCode = 130
}

function ruleNames(flags: CompareFlags): string[] {
  const names = flags.rules.split(',').map((name) => name.trim())
  const twice = names.find((name, i) => names.indexOf(name) < i)
  if (twice === undefined) return names
  throw new UsageError(`--rules ${JSON.stringify(flags.rules)} names ${twice} twice`)
}

/** All of the comparison but its outcome. */
function describe(flags: CompareFlags, { name, sample, train, test }: Loaded) {
  const { version } = createRequire(import.meta.url)('../../package.json') as { version: string }
  const title = dataSources.find((source) => source.name === name)?.title ?? name
  const unsaid = new Set(['json', 'quiet', 'out', 'save', 'quick', 'rules'])
  return {
    version,
    data: { name, title, sample, train: train.count, test: test.count },
    rules: ruleNames(flags),
    settings: Object.fromEntries(Object.entries(flags).filter(([key]) => !unsaid.has(key))),
  }
}

/** Trains every rule, adding to `events`, until done or interrupted; returns what made it fail. */
async function trainAll(
  parts: readonly Part[],
  flags: CompareFlags,
  events: RuleEvent[],
): Promise<Error | undefined> {
  const stop = new AbortController()
  const forget = onInterrupt(() => {
    stop.abort()
  })
  const started = performance.now()
  const show = printer(flags)
  try {
    for await (const { event, place, share } of compareRules(parts, stop.signal)) {
      if (event.event !== 'progress') events.push(event)
      const seconds = (performance.now() - started) / 1000
      const label = `${event.rule} (${place + 1}/${parts.length})`
      show(event, { label, etaSeconds: share > 0 ? (seconds * (1 - share)) / share : 0 })
    }
    return undefined
  } catch (error) {
    return error as Error
  } finally {
    forget()
  }
}

/** The table, on standard output. */
function print(comparison: Comparison, flags: CompareFlags): void {
  const found = rows(comparison.events)
  const { data, stopped } = comparison
  if (flags.json === true) {
    const { name, sample } = data
    const more = { data: { name, sample }, stopped: stopped ?? null }
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
