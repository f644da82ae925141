export { FeedalignError, UsageError } from './errors.js'
export { dataset, type Examples } from './data/examples.js'
export { datasets } from './data/sets/index.js'
export {
  averagePool,
  batchNorm,
  conv2d,
  dense,
  dropout,
  everywhere,
  local2d,
  maxout,
  maxPool,
  network,
  parseNetwork,
  type Network,
} from './network/index.js'
export { add, defineRule, direct, none, rules, through, type Rule } from './rules/index.js'
export * from './training/index.js'
