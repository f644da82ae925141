import { byName } from '../../errors.js'
import { digits } from './digits.js'
import { mnist } from './mnist.js'
import type { DataSource } from './source.js'

export type { DataSource, How, Loaded } from './source.js'

/** Every data set known by name. */
export const dataSources: readonly DataSource[] = [digits, mnist]

/** Throws `UsageError` with the nearest name where there is no such set. */
export function findDataSource(name: string): DataSource {
  return byName('data set', name, dataSources)
}

/** The sets as functions: `datasets.mnist({ dir })`. */
export const datasets = {
  digits: () => digits.load(),
  mnist: ({ dir }: { dir?: string } = {}) => mnist.load({ dataDir: dir }),
}
