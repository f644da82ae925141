export { FeedalignError, UsageError } from './errors.js'
export { dataset, type Examples } from './data/examples.js'
export { fetchData, type FetchEvent, type FetchOptions } from './data/fetch/index.js'
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
export type { FeedbackOptions } from './compile/feedbackOptions.js'
export {
  add,
  defineRule,
  direct,
  none,
  rowScale,
  rules,
  scale,
  sign,
  through,
  type Rule,
} from './rules/index.js'
export * from './sweep/index.js'
export { QueueExecutor, type QueueOptions } from './sweep/queue/executor.js'
export { QueueWorker, type QueueWorkerOptions } from './sweep/queue/worker.js'
export { readEvents } from './sweep/storage/read.js'
export { tabulate, type Table, type Trial } from './sweep/storage/trials.js'
export type { Ended, Executor, TrialJob } from './sweep/workers/executor.js'
export { poolExecutor, type PoolOptions } from './sweep/workers/pool.js'
export * from './training/index.js'
