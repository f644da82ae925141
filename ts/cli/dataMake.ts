import { join } from 'node:path'
import { Command } from 'commander'
import { ownRoot } from '../data/folders.js'
import { findMaker, makers } from '../data/make/index.js'
import { UsageError } from '../errors.js'
import { onInterrupt } from './interrupt.js'
import { liveLine } from './liveLine.js'

interface MakeFlags {
  readonly examples: string
  readonly out?: string
  readonly seed: string
  readonly json?: boolean
  readonly quiet?: boolean
}

/** `feedalign data make NAME`. */
export function makeCommand(): Command {
  return new Command('make')
    .description('make a data set in the format of one that is not at hand, to try full-size runs')
    .addHelpText(
      'after',
      '\nSets:\n' + makers.map(({ name, title }) => `  ${name}  ${title}\n`).join(''),
    )
    .argument('<name>')
    .requiredOption('--examples <n>', 'how many to train on; those to test come on top')
    .option('--out <folder>', "where to put the files (default the set's own folder)")
    .option('--seed <n>', 'the same seed makes the same files', '1')
    .option('--json', 'one JSON object on standard output')
    .option('--quiet', 'no progress')
    .action(makeSet)
}

async function makeSet(name: string, flags: MakeFlags): Promise<void> {
  const maker = findMaker(name)
  const examples = whole('--examples', flags.examples, 1)
  const seed = whole('--seed', flags.seed, 0)
  const folder = flags.out ?? join(ownRoot(), name)
  const controller = new AbortController()
  const { signal } = controller
  const forget = onInterrupt(() => {
    controller.abort()
  })
  const { passing, end } = liveLine()
  const shown = flags.quiet !== true && flags.json !== true
  const onProgress = (done: number, of: number): void => {
    if (shown) passing(`${name}  ${done} of ${of}`)
  }
  try {
    await maker.make({ examples, folder, seed, signal, onProgress })
    if (shown) end()
    if (flags.json === true) console.log(JSON.stringify({ name, folder, examples, seed }))
    else console.log(`${name} is in ${folder}: made, so no result on it is one of the original`)
  } catch (error) {
    if (!signal.aborted) throw error
    console.error('stopped; no half file is left')
    process.exitCode = 130
  } finally {
    forget()
  }
}

function whole(flag: string, text: string, least: number): number {
  const value = Number(text)
  if (text.trim() !== '' && Number.isSafeInteger(value) && value >= least) return value
  throw new UsageError(`${flag} ${text}: not a whole number from ${least} up`)
}
