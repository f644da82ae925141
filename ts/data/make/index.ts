import { byName } from '../../errors.js'
import type { Maker } from './maker.js'
import { svhnLike } from './svhnLike.js'

export type { Maker, Making } from './maker.js'

/** Every set that can be made. */
export const makers: readonly Maker[] = [svhnLike]

/** Throws `UsageError` with the nearest name where there is no such set. */
export function findMaker(name: string): Maker {
  return byName('data set to make', name, makers)
}
