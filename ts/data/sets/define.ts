import { existsSync } from 'node:fs'
import type * as v from 'valibot'
import { FeedalignError } from '../../errors.js'
import type { Located } from '../folders.js'
import { manifest } from '../manifest.js'
import { chosen, type DataOptions } from '../options.js'
import type { DataSource, How, Loaded } from './source.js'

/** A set that a manifest tells of. */
export interface SetDefinition<S extends DataOptions> {
  readonly name: string
  /** What people call it; its name unless told. */
  readonly called?: string
  /** How it may be read; `none` where there is one way only. */
  readonly options: S
  readonly locate: (dataDir?: string) => Located | undefined
  /** What to do where it is not found, as `it needs FILES`. */
  readonly cure: (options: v.InferOutput<S>) => string
  /** Throws `FeedalignError` where it is damaged. */
  readonly read: (
    found: Located,
    options: v.InferOutput<S>,
  ) => Promise<Omit<Loaded, 'name' | 'sample'>>
}

/** A data set known by name; its manifest is read when first asked for. */
export function defineSet<S extends DataOptions>(definition: SetDefinition<S>): DataSource {
  const { name, called = name, options, locate, cure, read } = definition

  async function load({ dataDir, options: given }: How = {}): Promise<Loaded> {
    const how = chosen(name, options, given)
    const found = locate(dataDir)
    if (found !== undefined) return { name, sample: found.sample, ...(await read(found, how)) }
    const where = dataDir ?? process.env['FEEDALIGN_DATA'] ?? 'datasets'
    const missing = existsSync(where) ? '' : ' (no such folder)'
    throw new FeedalignError(`no ${called} in ${where}${missing}; ${cure(how)}`)
  }

  return {
    name,
    get title() {
      return manifest(name).title
    },
    get terms() {
      return manifest(name).terms
    },
    options,
    locate,
    load,
  }
}
