import { Command } from 'commander'
import { classCounts } from '../data/examples.js'
import { dataSources, findDataSource } from '../data/sets/index.js'
import { table } from '../report/table.js'

/** `feedalign data list|info`. */
export function dataCommand(): Command {
  const list = new Command('list')
    .description('list the data sets and where they are found')
    .option('--data-dir <folder>', "a set's folder, or its parent")
    .action(({ dataDir }: { dataDir?: string }) => {
      const rows = dataSources.map(({ name, title, terms, locate }) => ({
        name,
        title,
        terms,
        'found in': locate(dataDir) ?? 'not found',
      }))
      console.log(table(rows))
    })
  const info = new Command('info')
    .description('counts and shape of a data set')
    .argument('<name>')
    .option('--data-dir <folder>', "the set's folder, or its parent")
    .option('--json', 'as JSON')
    .action(describe)
  return new Command('data').description('data sets').addCommand(list).addCommand(info)
}

async function describe(name: string, flags: { dataDir?: string; json?: boolean }): Promise<void> {
  const { train, test, sample } = await findDataSource(name).load(flags.dataDir)
  const splits = Object.fromEntries(
    Object.entries({ train, test }).map(([split, examples]) => [
      split,
      { examples: examples.count, classCounts: classCounts(examples) },
    ]),
  )
  if (flags.json === true) {
    console.log(JSON.stringify({ name, sample, splits, shape: train.shape }))
    return
  }
  console.log(`${name}: shape ${train.shape.join(' × ')}`)
  for (const [split, { examples, classCounts: counts }] of Object.entries(splits)) {
    console.log(`${split}: ${examples} examples, per class ${counts.join(' ')}`)
  }
}
