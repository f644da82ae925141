import { availableParallelism, hostname } from 'node:os'
import { Command, Option } from 'commander'
import { UsageError } from '../errors.js'
import { onInterrupt } from './interrupt.js'
import { version } from '../version.js'

interface WorkerFlags {
  readonly queue?: string
  readonly workers?: string
  readonly dataDir?: string
  readonly lease?: string
  readonly quiet?: boolean
}

/** `feedalign worker`: trains for sweeps that run elsewhere, until it is stopped. */
export function workerCommand(): Command {
  return new Command('worker')
    .addOption(queueOption())
    .option('--workers <count>', 'trainings at once (default: as many as cores)')
    .option('--data-dir <folder>', 'where this machine has its data sets')
    .option(
      '--lease <seconds>',
      'silence after which a job is given to another worker (default 30)',
    )
    .option('--quiet', 'say nothing but errors')
    .addHelpText(
      'before',
      'Examples:\n' +
        '  feedalign worker --queue redis://sweeps.example:6379\n' +
        '  FEEDALIGN_QUEUE=rediss://user:password@sweeps.example:6379 feedalign worker --workers 4\n',
    )
    .action(work)
}

/** A password in the environment is not to be read in a list of processes, as flags are. */
export function queueOption(): Option {
  return new Option('--queue <url>', 'the Redis of the queue, as redis://host:6379').env(
    'FEEDALIGN_QUEUE',
  )
}

async function work(flags: WorkerFlags): Promise<void> {
  const { queue, dataDir, quiet } = flags
  if (queue === undefined) throw new UsageError('--queue: name the Redis, as redis://host:6379')
  const slots = count('--workers', flags.workers) ?? availableParallelism()
  const lease = count('--lease', flags.lease)
  const tell = (line: string): void => {
    if (quiet !== true) console.error(line)
  }
  const { QueueWorker } = await import('../sweep/queue/worker.js')
  const worker = await QueueWorker.open({
    url: queue,
    version: version(),
    slots,
    tell,
    ...(dataDir === undefined ? {} : { dataDir }),
    ...(lease === undefined ? {} : { lease }),
  })
  tell(`worker ${hostname()} (${process.pid}) takes ${slots} jobs at once; Ctrl-C hands them back`)
  await new Promise<void>((resolve) => {
    onInterrupt(resolve)
  })
  await worker.stop()
}

function count(flag: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  const value = Number(text)
  if (/^\d{1,9}$/.test(text) && value > 0) return value
  throw new UsageError(`${flag} ${JSON.stringify(text)} is not a whole number above 0`)
}
