import { appendFile, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Command } from 'commander'
import { FeedalignError } from '../errors.js'
import { percent } from '../report/format.js'
import type { TrainingEvent } from '../training/events.js'
import { fit } from '../training/fit.js'
import { defaultFolder, makeFolder } from './folder.js'
import { onInterrupt } from './interrupt.js'
import { addTrainingFlags, fitOptions, loadData, type TrainingFlags } from './options.js'
import { printer } from './progress.js'

interface TrainFlags extends TrainingFlags {
  readonly rule: string
  readonly out?: string
  /** False with --no-save. */
  readonly save: boolean
  readonly resume?: string
}

/** `feedalign train`: one network under one rule, into a run folder. */
export function trainCommand(): Command {
  const command = new Command('train').description('train a network under a learning rule')
  return addTrainingFlags(command)
    .option('--rule <name>', 'learning rule: see `feedalign rules`', 'fa')
    .option('--out <folder>', 'run folder; runs/TIME-RULE unless told')
    .option('--no-save', 'write nothing')
    .option('--resume <folder>', 'go on from the last checkpoint of a run folder')
    .addHelpText(
      'before',
      'Examples:\n  feedalign train --data mnist --rule fa --epochs 5\n' +
        '  feedalign train --network 784-256-10 --activation relu --json\n',
    )
    .action(train)
}

async function train(given: TrainFlags): Promise<void> {
  const flags = given.resume === undefined ? given : await resumed(given, given.resume)
  const loaded = await loadData(flags)
  const { resume, out, save, rule } = flags
  const folder = save ? makeFolder(resume ?? out ?? defaultFolder(rule)) : undefined
  const stop = new AbortController()
  const options = fitOptions(flags, flags.rule, loaded)
  const run = fit({
    ...options,
    signal: stop.signal,
    ...(folder === undefined ? {} : { checkpoints: folder, resume: flags.resume !== undefined }),
  })
  if (folder !== undefined && flags.resume === undefined) {
    await writeFile(join(folder, 'config.json'), `${JSON.stringify(flags, null, 2)}\n`)
  }
  const print = printer(flags)
  const forget = onInterrupt(() => {
    stop.abort()
  })
  try {
    for await (const event of run) {
      print(event)
      if (folder !== undefined && event.event === 'epoch') await record(folder, event)
      if (event.event === 'done' && flags.json !== true) {
        const { testError } = event
        if (testError !== undefined) console.log(`test error ${percent(testError)}`)
      }
      if (event.event === 'interrupted') {
        process.exitCode = 130
        const next = folder === undefined ? 'nothing was saved' : `go on with --resume ${folder}`
        console.error(`stopped in epoch ${event.epoch + 1}; ${next}`)
      }
    }
  } finally {
    forget()
  }
}

/** The settings that a run folder was trained with; how to print is asked anew. */
async function resumed({ json, quiet }: TrainFlags, folder: string): Promise<TrainFlags> {
  const file = join(folder, 'config.json')
  try {
    const held = JSON.parse(await readFile(file, 'utf8')) as TrainFlags
    const print = { json: json === true, quiet: quiet === true }
    return { ...held, ...print, resume: folder, save: true }
  } catch (error) {
    throw new FeedalignError(`cannot resume: ${file}: ${(error as Error).message}`)
  }
}

function record(folder: string, event: TrainingEvent): Promise<void> {
  return appendFile(join(folder, 'metrics.jsonl'), `${JSON.stringify(event)}\n`)
}
