import { Command } from 'commander'
import { classCounts, type Examples } from '../data/examples.js'
import { moments } from '../data/scaling.js'
import { dataSources, findDataSource } from '../data/sets/index.js'
import { verify } from '../data/verify.js'
import { FeedalignError } from '../errors.js'
import { table } from '../report/table.js'
import { fetchCommand } from './dataFetch.js'
import { makeCommand } from './dataMake.js'

interface DataFlags {
  readonly dataDir?: string
  readonly json?: boolean
}

/** `feedalign data list|info|fetch|make|verify`. */
export function dataCommand(): Command {
  const subcommand = (name: string): Command =>
    new Command(name)
      .option('--data-dir <folder>', "a set's folder, or its parent")
      .option('--json', 'one JSON object per line on standard output')
  const list = subcommand('list').description('list the data sets and where they are found')
  const info = subcommand('info').description('counts, shape and scale of a data set')
  const check = subcommand('verify').description('compare the files with sizes and checksums')
  return new Command('data')
    .addHelpText(
      'before',
      'Examples:\n  feedalign data list\n  feedalign data info digits --json\n' +
        '  feedalign data fetch mnist\n  feedalign data verify mnist --data-dir datasets\n',
    )
    .addCommand(list.action(listSets))
    .addCommand(info.argument('<name|path>').action(describe))
    .addCommand(check.argument('<name>').action(verifySet))
    .addCommand(fetchCommand())
    .addCommand(makeCommand())
}

function listSets({ dataDir, json }: DataFlags): void {
  const rows = dataSources.map(({ name, title, terms, locate }) => ({
    name,
    title,
    terms,
    folder: locate(dataDir)?.path,
  }))
  if (json === true) {
    for (const row of rows) console.log(JSON.stringify({ ...row, folder: row.folder ?? null }))
  } else {
    console.log(table(rows.map((row) => ({ ...row, folder: row.folder ?? 'not found' }))))
  }
}

async function describe(name: string, { dataDir, json }: DataFlags): Promise<void> {
  const source = findDataSource(name)
  const { train, test, sample, note } = await source.load({ dataDir })
  const folder = source.locate(dataDir)?.path ?? null
  const splits = { train: numbers(train), test: numbers(test) }
  if (json === true) {
    console.log(JSON.stringify({ name, folder, sample, shape: train.shape, splits }))
    return
  }
  console.log(`${name}  ${source.title}`)
  console.log(`folder  ${folder ?? 'none'}`)
  console.log(`shape   ${train.shape.join(' × ')}${sample ? ', a sample of the set only' : ''}`)
  for (const [split, { examples, classCounts: counts, mean, deviation }] of Object.entries(
    splits,
  )) {
    const scale = `inputs ${mean.toFixed(2)} ± ${deviation.toFixed(2)}`
    console.log(`${split.padEnd(6)}  ${examples} examples, ${scale}, per class ${counts.join(' ')}`)
  }
  if (note !== undefined) console.log(note)
}

function numbers(examples: Examples) {
  const all = Uint32Array.from({ length: examples.count }, (_, example) => example)
  const { mean, deviation } = moments(examples, all)
  return { examples: examples.count, classCounts: classCounts(examples), mean, deviation }
}

async function verifySet(name: string, { dataDir, json }: DataFlags): Promise<void> {
  const files = await verify(name, dataDir)
  for (const { file, status, detail } of files) {
    if (json === true) console.log(JSON.stringify({ file, status, detail }))
    else console.log(`${status.padEnd(7)}  ${file}${detail === undefined ? '' : `: ${detail}`}`)
  }
  const bad = files.filter(({ status }) => status === 'missing' || status === 'differs').length
  if (bad > 0) throw new FeedalignError(`${bad} of ${files.length} files of ${name} are not right`)
}
