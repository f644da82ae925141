import { Command } from 'commander'
import { manifest, type Manifest } from '../data/manifest.js'
import { published } from '../data/manifestSchema.js'
import { dataSources } from '../data/sets/index.js'
import { verify } from '../data/verify.js'
import { FeedalignError } from '../errors.js'
import { bytesText } from '../report/format.js'
import { table } from '../report/table.js'
import { fetchCommand } from './dataFetch.js'
import { dataInfoCommand } from './dataInfo.js'
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
  const check = subcommand('verify').description('compare the files with sizes and checksums')
  return new Command('data')
    .addHelpText(
      'before',
      'Examples:\n  feedalign data list\n  feedalign data info digits --json\n' +
        '  feedalign data fetch mnist\n  feedalign data verify mnist --data-dir datasets\n',
    )
    .addCommand(list.action(listSets))
    .addCommand(dataInfoCommand())
    .addCommand(check.argument('<name>').action(verifySet))
    .addCommand(fetchCommand())
    .addCommand(makeCommand())
}

function listSets({ dataDir, json }: DataFlags): void {
  const rows = dataSources.map(({ name, title, terms, locate }) => {
    const found = locate(dataDir)
    const sample = found?.sample ?? false
    return { name, title, bytes: downloadBytes(manifest(name)), terms, ...found, sample }
  })
  if (json === true) {
    for (const { path = null, ...row } of rows)
      console.log(JSON.stringify({ ...row, folder: path }))
    return
  }
  const cells = rows.map(({ name, title, bytes, terms, path = 'not found', sample }) => ({
    name,
    what: title,
    size: bytes === null ? '–' : bytesText(bytes),
    terms,
    folder: sample ? `${path} (a sample)` : path,
  }))
  console.log(table(cells))
}

/** Of all that its publisher offers; null where nothing is, or a size is not known. */
function downloadBytes({ files, archives }: Manifest): number | null {
  const alone = files.filter(({ member }) => member === undefined).map((file) => published(file))
  const all = [...alone, ...archives.map(({ packed }) => packed)]
  const total = all.reduce((sum, { bytes = NaN }) => sum + bytes, 0)
  return total > 0 ? total : null
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
