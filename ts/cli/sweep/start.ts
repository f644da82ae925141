import { Command } from 'commander'
import { kebab } from '../../config/index.js'
import { UsageError } from '../../errors.js'
import { begun } from '../../sweep/begun.js'
import { checkedSpec } from '../../sweep/checked.js'
import type { Opened } from '../../sweep/session.js'
import { Journal } from '../../sweep/storage/journal.js'
import { defaultFolder } from '../folder.js'
import { queueOption } from '../worker.js'
import { dryRun } from './dryRun.js'
import { specFlags, specOf, type SpecFlags } from './given.js'
import { work, type WorkFlags } from './session.js'

export interface StartFlags extends SpecFlags, WorkFlags {
  readonly out?: string
  readonly dryRun?: boolean
}

const examples = `Examples:
  feedalign sweep spec.json --workers 2 --out runs/sweep
  feedalign sweep spec.json --dry-run
  feedalign sweep --set validation=0.2 --set epochs=5 --trials 20 --pruner asha \\
    --parameter rule=bp,fa,dfa --parameter learningRate=0.001:0.3:log
  feedalign sweep resume runs/sweep
  feedalign sweep best runs/sweep > best.json
`

/** Adds the flags of a sweep of this name. */
export function startCommand(name: string): Command {
  const collect = (text: string, before: readonly string[] = []): string[] => [...before, text]
  const command = new Command(name)
    .argument('[spec]', 'a JSON file, as schema/sweep.json has it; flags go over it')
    .option(
      '--parameter <key=values>',
      'MIN:MAX[:log][:int][:step=S] or A,B,C; repeatable',
      collect,
    )
    .option('--set <key=value>', 'a setting of every training; repeatable', collect)
  for (const [key, [value, about]] of Object.entries(specFlags)) {
    command.option(`--${kebab(key)} ${value}`, about)
  }
  return command
    .addOption(queueOption())
    .option('--allow-test', 'let test errors choose; every output then says so')
    .option('--out <folder>', "the sweep's; runs/TIME-sweep unless told")
    .option('--dry-run', 'say how much there is to train, and for how long; write nothing')
    .option('--json', 'one JSON object per line on standard output')
    .option('--quiet', 'no progress')
    .addHelpText('before', examples)
    .action(start)
}

async function start(file: string | undefined, flags: StartFlags): Promise<void> {
  if (file === undefined && flags.parameter === undefined) {
    throw new UsageError('name a spec, as feedalign sweep spec.json, or give a --parameter')
  }
  const spec = checkedSpec(specOf(file, flags))
  if (flags.dryRun === true) {
    await dryRun(spec, flags)
    return
  }
  const folder = flags.out ?? defaultFolder('sweep')
  const first = begun(spec)
  const open = (): Opened => ({ journal: Journal.create(folder, first) })
  await work({ folder, spec, open, begunAt: first.time }, flags)
}
