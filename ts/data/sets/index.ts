import { resolve } from 'node:path'
import { byName } from '../../errors.js'
import { cifar10, type Cifar10Options } from './cifar10.js'
import { digits } from './digits.js'
import { emnist, type EmnistOptions } from './emnist.js'
import { fashionMnist } from './fashionMnist.js'
import { mnist } from './mnist.js'
import { isPath, own } from './own.js'
import type { DataSource } from './source.js'
import type { OwnDataOptions } from '../own/options.js'
import { svhn, svhnLike, type SvhnOptions } from './svhn.js'
import { timit, timitLike, type TimitOptions } from './timit.js'

export type { DataSource, How, Loaded } from './source.js'

/** Every data set known by name. */
export const dataSources: readonly DataSource[] = [
  digits,
  mnist,
  fashionMnist,
  emnist,
  cifar10,
  svhn,
  svhnLike,
  timit,
  timitLike,
]

/**
 * The set of that name, or the user's own data in the file or folder of that path. Throws
 * `UsageError` with the nearest name where there is neither.
 */
export function findDataSource(name: string): DataSource {
  const known = dataSources.some((source) => source.name === name)
  return !known && isPath(name) ? own(name) : byName('data set', name, dataSources)
}

/** A set's name, or a path in full, which a run folder can be left with. */
export function fullName(name: string): string {
  const source = findDataSource(name)
  return dataSources.includes(source) ? name : resolve(name)
}

/**
 * The sets as functions: `datasets.mnist({ dir })`; `own` is the user's data in a file or folder.
 */
export const datasets = {
  own: (path: string, options: OwnDataOptions = {}) => own(path).load({ options }),
  digits: () => digits.load(),
  mnist: ({ dir }: { dir?: string } = {}) => mnist.load({ dataDir: dir }),
  fashionMnist: ({ dir }: { dir?: string } = {}) => fashionMnist.load({ dataDir: dir }),
  emnist: ({ dir, ...options }: { dir?: string } & EmnistOptions = {}) =>
    emnist.load({ dataDir: dir, options }),
  cifar10: ({ dir, ...options }: { dir?: string } & Cifar10Options = {}) =>
    cifar10.load({ dataDir: dir, options }),
  svhn: ({ dir, ...options }: { dir?: string } & SvhnOptions = {}) =>
    svhn.load({ dataDir: dir, options }),
  svhnLike: ({ dir, ...options }: { dir?: string } & SvhnOptions = {}) =>
    svhnLike.load({ dataDir: dir, options }),
  timit: ({ dir, ...options }: { dir?: string } & TimitOptions = {}) =>
    timit.load({ dataDir: dir, options }),
  timitLike: ({ dir, ...options }: { dir?: string } & TimitOptions = {}) =>
    timitLike.load({ dataDir: dir, options }),
}
