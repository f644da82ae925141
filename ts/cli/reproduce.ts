import { join } from 'node:path'
import { Command } from 'commander'
import { fromFlags, fromSets, type Given } from '../config/index.js'
import { UsageError } from '../errors.js'
import { findings } from '../experiments/findings.js'
import { experiments, findExperiment } from '../experiments/index.js'
import type { Experiment } from '../experiments/experiment.js'
import { checkSets, finished, keep, trials } from '../experiments/trials.js'
import { writeFiles } from '../report/files.js'
import {
  reproductionCells,
  reproductionMarkdown,
  type Reproduction,
} from '../report/reproduction.js'
import { table } from '../report/table.js'
import { makeFolder } from '../makeFolder.js'
import { machine } from './machine.js'
import { addSettings, type PrintFlags } from './options.js'
import { trainTrials } from './trainTrials.js'

interface ReproduceFlags extends PrintFlags {
  readonly rows?: string
  readonly seeds?: string
  readonly engine?: string
  readonly set?: string[]
  readonly out?: string
}

/** `feedalign reproduce NAME`: a published table, trained again. */
export function reproduceCommand(): Command {
  const collect = (text: string, before: readonly string[] = []): string[] => [...before, text]
  return addSettings(new Command('reproduce'), ['dataDir', 'threads', 'engine'])
    .argument('[name]', 'of an experiment; lists them where there is none')
    .option('--rows <names>', 'rows to train, separated by commas; all unless told')
    .option('--seeds <numbers>', "separated by commas; the experiment's unless told")
    .option('--set <key=value>', 'a setting of all rows; repeatable', collect)
    .option('--out <folder>', 'of the table and its runs (default runs/reproduce-NAME)')
    .option('--json', 'one JSON object per line on standard output')
    .option('--quiet', 'no progress')
    .addHelpText(
      'before',
      'Examples:\n  feedalign reproduce\n  feedalign reproduce mnist --data-dir datasets\n' +
        '  feedalign reproduce mnist --seeds 1 --set epochs=2 --out runs/quick\n\n' +
        'Run again, it goes on: what is finished in the folder is not trained again.\n',
    )
    .action(reproduce)
}

async function reproduce(name: string | undefined, flags: ReproduceFlags): Promise<void> {
  if (name === undefined) {
    list(flags)
    return
  }
  const experiment = findExperiment(name)
  const sets = fromSets(flags.set ?? [])
  checkSets(experiment, sets)
  const told: Given = new Map([...sets, ...fromFlags({ ...flags })])
  const seeds = flags.seeds === undefined ? experiment.seeds : numbers(flags.seeds)
  const wanted = chosen(experiment, flags.rows)
  const all = trials(experiment, told, seeds)
  const folder = makeFolder(flags.out ?? join('runs', `reproduce-${name}`))
  const records = new Map(all.map((trial) => [trial, finished(folder, trial)] as const))
  const open = all.filter((trial) => records.get(trial) === undefined && wanted.has(trial.row))
  const failure = await trainTrials(open, flags, async (trial, record) => {
    records.set(trial, record)
    await keep(folder, record)
  })
  const held = [...records.values()].filter((record) => record !== undefined)
  const made = { ...about(experiment, flags, seeds), findings: findings(experiment, held) }
  await report(made, folder, flags)
  if (failure !== undefined) throw failure
  const left = open.filter((trial) => records.get(trial) === undefined).length
  if (left === 0) return
  console.error(`stopped with ${left} runs to go; the same command goes on`)
  process.exitCode = 130
}

function list({ json }: PrintFlags): void {
  const rows = experiments.map(({ name, title, rows, source }) => ({
    name,
    title,
    rows: rows.map((row) => row.name).join(', '),
    source: source ?? '–',
  }))
  if (json === true) for (const row of rows) console.log(JSON.stringify(row))
  else console.log(table(rows))
}

function numbers(text: string): number[] {
  // Number('') is 0.
  const found = text.split(',').map((part) => (part.trim() === '' ? NaN : Number(part)))
  if (!found.every((seed) => Number.isSafeInteger(seed) && seed >= 0)) {
    throw new UsageError(`--seeds ${JSON.stringify(text)} is not whole numbers, as in 1,2,3`)
  }
  const again = found.find((seed, place) => found.indexOf(seed) < place)
  if (again === undefined) return found
  throw new UsageError(`--seeds ${JSON.stringify(text)} has ${again} twice; give each seed once`)
}

function chosen({ name, rows }: Experiment, text: string | undefined): ReadonlySet<string> {
  const known = rows.map((row) => row.name)
  if (text === undefined) return new Set(known)
  const names = text.split(',').map((one) => one.trim())
  const odd = names.find((one) => !known.includes(one))
  if (odd === undefined) return new Set(names)
  throw new UsageError(`--rows: ${name} has no row "${odd}"; it has ${known.join(', ')}`)
}

function about(experiment: Experiment, flags: ReproduceFlags, seeds: readonly number[]) {
  const { name, title, source, about, timed = false } = experiment
  const command = `npx feedalign reproduce ${[name, ...words(flags)].join(' ')}`
  const published = source === undefined ? {} : { source }
  return { name, title, ...published, about, timed, seeds, command, machine: machine() }
}

/** The flags that say what is trained: not where data and table lie, nor on how many cores. */
function words({ rows, seeds, engine, set = [] }: ReproduceFlags): string[] {
  const told = Object.entries({ rows, seeds, engine }).flatMap(([flag, text]) =>
    text === undefined ? [] : [`--${flag} ${text.replaceAll(' ', '')}`],
  )
  return [...told, ...set.map((text) => `--set ${text}`)]
}

/** Prints the table and writes it, as JSON and as Markdown. */
async function report(made: Reproduction, folder: string, flags: PrintFlags): Promise<void> {
  await writeFiles(folder, {
    [`${made.name}.json`]: `${JSON.stringify(made, null, 2)}\n`,
    [`${made.name}.md`]: reproductionMarkdown(made),
  })
  const file = join(folder, `${made.name}.md`)
  if (flags.json === true) {
    console.log(JSON.stringify({ event: 'table', rows: made.findings, file }))
    return
  }
  console.log(`\n${table(reproductionCells(made))}`)
  if (flags.quiet !== true) console.error(`\nwritten: ${file}`)
}
