import { writeFileSync } from 'node:fs'
import { Command } from 'commander'
import { classCounts, type Examples } from '../data/examples.js'
import { parseDataOptions } from '../data/options.js'
import { moments } from '../data/scaling.js'
import { findDataSource, type DataSource, type Loaded } from '../data/sets/index.js'
import { FeedalignError, reason } from '../errors.js'
import { grouped } from '../report/format.js'
import { pictures, png, stripText, type Colours, type Pictures } from '../report/strip.js'
import { aboutText } from './dataAbout.js'
import { optionsText } from './dataOptions.js'

interface InfoFlags {
  readonly dataDir?: string
  readonly dataOptions?: string
  readonly strip?: string
  readonly json?: boolean
}

/** `feedalign data info NAME`. */
export function dataInfoCommand(): Command {
  return new Command('info')
    .description('counts, shape and scale of a data set, and some of its pictures')
    .argument('<name|path>')
    .option('--data-dir <folder>', "a set's folder, or its parent")
    .option('--data-options <name=value,…>', "the set's own options")
    .option('--strip <file>', 'write pictures of the first example of each class, as a PNG')
    .option('--json', 'one JSON object on standard output')
    .action(describe)
}

async function describe(name: string, flags: InfoFlags): Promise<void> {
  const { dataDir, dataOptions, strip, json } = flags
  const source = findDataSource(name)
  const options = dataOptions === undefined ? undefined : parseDataOptions(dataOptions)
  const loaded = await source.load({ dataDir, options })
  const folder = source.locate(dataDir)?.path ?? null
  const shown = pictures(loaded.train)
  if (strip !== undefined) await writeStrip(strip, name, shown)
  if (json === true) console.log(JSON.stringify(facts(loaded, folder)))
  else console.log(page(source, loaded, folder, shown))
}

async function writeStrip(file: string, name: string, shown: Pictures | undefined): Promise<void> {
  if (shown === undefined) {
    throw new FeedalignError(`--strip ${file}: examples of ${name} are no pictures`)
  }
  const bytes = await png(shown)
  try {
    writeFileSync(file, bytes)
  } catch (error) {
    throw new FeedalignError(`--strip ${file}: ${reason(error)}`)
  }
}

/** What belongs to the set alone stands beside the rest. */
function facts({ name, sample, train, test, about }: Loaded, folder: string | null) {
  const splits = { train: numbers(train), test: numbers(test) }
  return { name, folder, sample, shape: train.shape, splits, ...about }
}

function numbers(examples: Examples) {
  const all = Uint32Array.from({ length: examples.count }, (_, example) => example)
  const { mean, deviation } = moments(examples, all)
  return { examples: examples.count, classCounts: classCounts(examples), mean, deviation }
}

function page(
  source: DataSource,
  loaded: Loaded,
  folder: string | null,
  shown: Pictures | undefined,
): string {
  const { name, shape, sample, splits } = facts(loaded, folder)
  const lines = [
    `${name}  ${source.title}`,
    `folder  ${folder ?? 'none'}`,
    `shape   ${shape.join(' × ')}${sample ? ', a sample of the set only' : ''}`,
    ...Object.entries(splits).map(([split, { examples, classCounts, mean, deviation }]) => {
      const scale = `inputs ${mean.toFixed(2)} ± ${deviation.toFixed(2)}`
      const counts = classCounts.length > 0 ? `, per class ${classCounts.join(' ')}` : ''
      return `${split.padEnd(6)}  ${grouped(examples)} examples, ${scale}${counts}`
    }),
    ...(loaded.note === undefined ? [] : [loaded.note]),
    ...aboutText(loaded.about ?? {}),
    ...optionsText(source),
  ]
  if (shown !== undefined) {
    lines.push('', stripText(shown, process.stdout.columns || 80, colours()))
  }
  return lines.join('\n')
}

/** Colours on a terminal alone, and as many as it says it has. */
function colours(): Colours {
  const { NO_COLOR = '', TERM, COLORTERM = '' } = process.env
  if (!process.stdout.isTTY || NO_COLOR !== '' || TERM === 'dumb') return 'none'
  return /^(truecolor|24bit)$/.test(COLORTERM) ? 'all' : '256'
}
