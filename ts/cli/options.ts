import type { Command } from 'commander'
import {
  fromFile,
  fromFlags,
  fromSets,
  help,
  kebab,
  keys,
  type Given,
  type Key,
} from '../config/index.js'

/** How a command prints. */
export interface PrintFlags {
  readonly json?: boolean
  readonly quiet?: boolean
}

/** What {@link addGeneral} adds. */
export interface GeneralFlags extends PrintFlags {
  readonly config?: string
  readonly set?: string[]
}

/** Adds a flag for each setting; they have no default here, so that what was given is known. */
export function addSettings(command: Command, wanted: readonly Key[] = keys): Command {
  for (const key of wanted) {
    const { value, about, unless } = help(key)
    const usual = unless === undefined || unless === '' ? '' : ` (default ${unless})`
    command.option(`--${kebab(key)} ${value}`.trim(), about + usual)
  }
  return command
}

/** Adds `--config` and `--set`, then how to print. */
export function addGeneral(command: Command): Command {
  const collect = (text: string, before: readonly string[] = []): string[] => [...before, text]
  return command
    .option('--config <file>', 'settings as a JSON object, such as a run folder has')
    .option('--set <key=value>', 'one setting by its key in such a file; repeatable', collect)
    .option('--json', 'one JSON object per line on standard output')
    .option('--quiet', 'no progress')
}

/** What the user gave: `--config`, over it `--set`, over that the flags. */
export function given(flags: GeneralFlags): Given {
  return new Map([
    ...(flags.config === undefined ? [] : fromFile(flags.config)),
    ...fromSets(flags.set ?? []),
    ...fromFlags({ ...flags }),
  ])
}
