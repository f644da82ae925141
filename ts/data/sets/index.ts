import { byName } from '../../errors.js'
import { digits } from './digits.js'
import { mnist } from './mnist.js'
import type { DataSource } from './source.js'
import { svhn, svhnLike, type SvhnOptions } from './svhn.js'

export type { DataSource, How, Loaded } from './source.js'

/** Every data set known by name. */
export const dataSources: readonly DataSource[] = [digits, mnist, svhn, svhnLike]

/** Throws `UsageError` with the nearest name where there is no such set. */
export function findDataSource(name: string): DataSource {
  return byName('data set', name, dataSources)
}

/** The sets as functions: `datasets.mnist({ dir })`. */
export const datasets = {
  digits: () => digits.load(),
  mnist: ({ dir }: { dir?: string } = {}) => mnist.load({ dataDir: dir }),
  svhn: ({ dir, ...options }: { dir?: string } & SvhnOptions = {}) =>
    svhn.load({ dataDir: dir, options }),
  svhnLike: ({ dir, ...options }: { dir?: string } & SvhnOptions = {}) =>
    svhnLike.load({ dataDir: dir, options }),
}
