import { Command, CommanderError } from 'commander'
import { FeedalignError, UsageError } from '../errors.js'
import { version } from '../version.js'

/** The commands; each is loaded when it is called, so that help comes at once. */
const commands: Record<string, { about: string; load: () => Promise<Command> }> = {
  train: {
    about: 'train a network under a learning rule',
    load: async () => (await import('./train.js')).trainCommand(),
  },
  compare: {
    about: 'train under several rules and tabulate',
    load: async () => (await import('./compare.js')).compareCommand(),
  },
  reproduce: {
    about: 'train what a published table has, and set it beside',
    load: async () => (await import('./reproduce.js')).reproduceCommand(),
  },
  sweep: {
    about: 'search for the best settings',
    load: async () => (await import('./sweep.js')).sweepCommand(),
  },
  evaluate: {
    about: 'error and loss of a trained model',
    load: async () => (await import('./evaluate.js')).evaluateCommand(),
  },
  worker: {
    about: 'train for sweeps that run on other machines',
    load: async () => (await import('./worker.js')).workerCommand(),
  },
  rules: {
    about: 'list the learning rules',
    load: async () => (await import('./rules.js')).rulesCommand(),
  },
  data: {
    about: 'list and describe the data sets',
    load: async () => (await import('./data.js')).dataCommand(),
  },
  info: {
    about: 'CPU, kernels, engines and versions',
    load: async () => (await import('./info.js')).infoCommand(),
  },
}

const examples = `Examples:
  feedalign compare --rules bp,fa --epochs 2
  feedalign train --rule fa --epochs 5 --out runs/first
  feedalign evaluate runs/first
`

/** Exit codes: 0 done, 1 failed, 2 wrong usage, 130 stopped by Ctrl-C after saving. */
function exitCode(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2
  return error instanceof UsageError ? 2 : 1
}

/** One line for what the user can mend; the whole stack for what is our fault. */
function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const mendable = error instanceof FeedalignError || 'syscall' in error
  if (!mendable || process.env['FEEDALIGN_DEBUG'] !== undefined) return error.stack ?? error.message
  return `feedalign: ${error.message.replaceAll(/\s*\n\s*/g, ' ')}`
}

/** Wrong usage is one line and exit code 2, which commander asks for command by command. */
function strict(command: Command): Command {
  command.commands.forEach(strict)
  return command
    .exitOverride()
    .showSuggestionAfterError()
    .configureOutput({
      outputError: (text, write) => {
        write(
          `${text
            .trim()
            .replace(/^error:/, 'feedalign:')
            .replaceAll('\n', ' ')}\n`,
        )
      },
    })
}

/**
 * Runs the command on the words behind its name. Resolves to the exit code where it failed, having
 * said why; where it did not, what was done has set `process.exitCode` if need be.
 */
export async function run(args: readonly string[]): Promise<number | undefined> {
  try {
    await parse(args)
    return undefined
  } catch (error) {
    if (!(error instanceof CommanderError)) console.error(explain(error))
    return exitCode(error)
  }
}

async function parse(args: readonly string[]): Promise<void> {
  const program = new Command('feedalign')
    .description('Deep networks that learn without weight transport')
    .version(version())
    // An option after a command's name is that command's alone.
    .enablePositionalOptions()
    .addHelpText('before', examples)
  for (const [name, { about, load }] of Object.entries(commands)) {
    const called = args.includes(name)
    program.addCommand((called ? await load() : new Command(name)).description(about))
  }
  await strict(program).parseAsync(args, { from: 'user' })
}
