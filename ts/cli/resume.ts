import { existsSync } from 'node:fs'
import { isDeepStrictEqual } from 'node:util'
import {
  fromFile,
  keys,
  resolveConfig,
  type Config,
  type Given,
  type Key,
} from '../config/index.js'
import { FeedalignError, UsageError } from '../errors.js'
import { configFile } from './runFolder.js'

/** How a run goes on may change; what it is may not. Data elsewhere is checked by its content. */
const free: readonly Key[] = ['epochs', 'threads', 'engine', 'dataDir', 'out']

/** A run folder's configuration with what the user gave, as far as it may change. */
export function resumedConfig(folder: string, given: Given): Config {
  const before = held(folder)
  const config = resolveConfig(before)
  const wanted = resolveConfig(new Map([...before, ...given]))
  for (const key of keys) {
    if (isDeepStrictEqual(config[key], wanted[key]) || free.includes(key)) continue
    const [now, then] = [wanted[key], config[key]].map((value) => JSON.stringify(value))
    const where = given.get(key)?.where ?? key
    throw new UsageError(
      `${where}: ${now} is not what the run in ${folder} was started with, ${then}; ` +
        'a resumed run may change epochs, threads, engine and data folder only',
    )
  }
  return wanted
}

/** The settings in a run folder; throws `FeedalignError` where it is no run folder. */
export function held(folder: string): Given {
  const file = configFile(folder)
  if (!existsSync(folder)) throw new FeedalignError(`no run in ${folder}: no such folder`)
  if (!existsSync(file)) throw new FeedalignError(`no run in ${folder}: it has no config.json`)
  return fromFile(file)
}
