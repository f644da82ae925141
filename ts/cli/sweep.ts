import type { Command } from 'commander'
import { bestCommand } from './sweep/best.js'
import { exportCommand } from './sweep/export.js'
import { reportCommand } from './sweep/report.js'
import { resumeCommand, retryCommand } from './sweep/resume.js'
import { startCommand } from './sweep/start.js'
import { statusCommand } from './sweep/status.js'
import { stopCommand } from './sweep/stop.js'
import { topCommand } from './sweep/top.js'

/** `feedalign sweep SPEC`, and what can be done with a sweep's folder. */
export function sweepCommand(): Command {
  const commands = [
    statusCommand(),
    resumeCommand(),
    retryCommand(),
    stopCommand(),
    bestCommand(),
    topCommand(),
    exportCommand(),
    reportCommand(),
  ]
  const sweep = startCommand('sweep').enablePositionalOptions()
  for (const command of commands) sweep.addCommand(command)
  return sweep
}
