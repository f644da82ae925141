import { Command } from 'commander'
import { kebab } from '../../config/index.js'
import { begunAt } from '../../sweep/begun.js'
import { checkedSpec } from '../../sweep/checked.js'
import { checkResumption, heldSpec, reopen } from '../../sweep/resumption.js'
import type { Opened } from '../../sweep/session.js'
import { readSpec, type Spec } from '../../sweep/spec.js'
import { queueOption } from '../worker.js'
import { fromFlags, placed, specFlags, specOf, type SpecFlags } from './given.js'
import { work, type WorkFlags } from './session.js'

interface ResumeFlags extends SpecFlags, WorkFlags {
  readonly spec?: string
  readonly force?: boolean
  readonly takeOver?: boolean
  readonly dataDir?: string
}

/** What a session may choose anew: no result depends on it. */
const free = ['trials', 'workers', 'time', 'onError'] as const

function withSessionFlags(command: Command): Command {
  for (const key of free) {
    const [value = '', about = ''] = specFlags[key] ?? []
    command.option(`--${kebab(key)} ${value}`, about)
  }
  return command
    .argument('<folder>')
    .option('--data-dir <folder>', 'where the data lies now')
    .addOption(queueOption())
    .option('--take-over', 'also from a host that has given no sign of life for a minute')
    .option('--json', 'one JSON object per line on standard output')
    .option('--quiet', 'no progress')
}

/** `feedalign sweep resume DIR`. */
export function resumeCommand(): Command {
  return withSessionFlags(new Command('resume'))
    .description('go on with a sweep: results are kept, what was at work is done again')
    .option('--spec <file>', 'the spec that is meant; refused where it is another')
    .option('--force', 'go on although --spec or the data are others than before; results are kept')
    .addHelpText(
      'before',
      'Examples:\n  feedalign sweep resume runs/sweep\n' +
        '  feedalign sweep resume runs/sweep --trials 100\n',
    )
    .action((folder: string, flags: ResumeFlags) => goOn(folder, flags, false))
}

/** `feedalign sweep retry DIR`. */
export function retryCommand(): Command {
  return withSessionFlags(new Command('retry'))
    .description('go on with a sweep, and train trials again that failed')
    .requiredOption('--failed', 'all that failed')
    .action((folder: string, flags: ResumeFlags) => goOn(folder, flags, true))
}

async function goOn(folder: string, flags: ResumeFlags, retry: boolean): Promise<void> {
  const { takeOver, force } = flags
  const spec = chosen(folder, flags)
  const open = (): Opened => reopen(folder, spec, { retry, takeOver, force })
  const sameData = force !== true
  await work({ folder, spec, open, begunAt: begunAt(folder), sameData }, flags)
}

/** The spec to go on with. Throws `UsageError` where it is another than before, unless forced. */
function chosen(folder: string, flags: ResumeFlags): Spec {
  const given = flags.spec === undefined ? heldSpec(folder) : specOf(flags.spec, {})
  const { dataDir } = flags
  const train = dataDir === undefined ? given.train : { ...given.train, dataDir }
  const spec = checkedSpec(readSpec({ ...given, train, ...fromFlags(flags) }))
  try {
    checkResumption(folder, spec, flags.force === true)
  } catch (error) {
    throw placed(error, flags.spec, fromFlags(flags))
  }
  return spec
}
