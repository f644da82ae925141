import { choose, type Choice } from '../choice.js'
import * as registry from './registry.js'
import type { Pruner } from './pruner.js'

export const pruners = Object.values(registry)

/** Throws `UsageError` that names the path, such as `pruner.eta`. */
export function findPruner(choice: Choice): Pruner {
  return choose('pruner', choice, pruners)
}
