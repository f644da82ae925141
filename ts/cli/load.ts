import { loadData, type Config } from '../config/index.js'
import type { Loaded } from '../data/sets/index.js'

/** The data that a configuration names; says on standard error what is to be known of it. */
export async function load(config: Config, { quiet }: { quiet?: boolean }): Promise<Loaded> {
  const loaded = await loadData(config)
  if (loaded.note !== undefined && quiet !== true) console.error(loaded.note)
  return loaded
}
