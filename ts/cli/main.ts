#!/usr/bin/env node
import { Command, CommanderError } from 'commander'
import { FeedalignError, UsageError } from '../errors.js'

/** Exit codes: 0 done, 1 failed, 2 wrong usage, 130 stopped by Ctrl-C after saving. */
function exitCode(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2
  return error instanceof UsageError ? 2 : 1
}

/** One line for what the user can mend; the whole stack for what is our fault. */
function explain(error: unknown): string {
  if (error instanceof FeedalignError && process.env['FEEDALIGN_DEBUG'] === undefined) {
    return `feedalign: ${error.message}`
  }
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}

async function main(): Promise<void> {
  const program = new Command('feedalign')
    .description('Deep networks that learn without weight transport')
    .showSuggestionAfterError()
    .exitOverride()
  const { trainCommand } = await import('./train.js')
  const { compareCommand } = await import('./compare.js')
  const { rulesCommand } = await import('./rules.js')
  const { dataCommand } = await import('./data.js')
  const { infoCommand } = await import('./info.js')
  for (const command of [trainCommand, compareCommand, rulesCommand, dataCommand, infoCommand]) {
    // Errors of usage exit with 2, which commander asks for command by command.
    program.addCommand(command().exitOverride())
  }
  await program.parseAsync()
}

main().catch((error: unknown) => {
  if (!(error instanceof CommanderError)) console.error(explain(error))
  process.exitCode = exitCode(error)
})
