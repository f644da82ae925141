/** What a worker thread runs: jobs one after the other, each until it is done. */
import { workerData } from 'node:worker_threads'
import type { Examples } from '../../data/examples.js'
import type { SharedData } from '../../engine/index.js'
import { native, runOnThisThread } from '../../engine/native.js'
import { holdShared } from '../../training/held.js'
import type { Ended } from './executor.js'
import { Count, sender, type Work, type WorkerData } from './messages.js'
import { trainJob } from './trainJob.js'

const { loaded, threads, stop } = workerData as WorkerData
const held = new Set<Examples>()

runOnThisThread()

export default async function work(given: Work): Promise<Ended> {
  const { job, counts, shared } = given
  Atomics.store(counts, Count.begun, 1)
  keep(loaded.train, shared.train)
  keep(loaded.test, shared.test)
  const stopped = (): boolean => Atomics.load(stop, 0) === 1
  return trainJob(job, { loaded, threads, stopped, tell: sender(given) })
}

/** Has what is trained on these examples find those of the main thread, as long as this one lives. */
function keep(examples: Examples, shared: SharedData | undefined): void {
  if (shared === undefined || held.has(examples)) return
  holdShared(native(), examples, shared)
  held.add(examples)
}
