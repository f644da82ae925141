/** The package's worker, but that some trials are the death of its thread while they train. */
import { setImmediate } from 'node:timers'
import { setTimeout } from 'node:timers/promises'
import work from '../../../dist/sweep/workers/worker.js'

const deaths = {
  901: () => process.exit(3),
  902: () => {
    throw new Error('thrown\non two lines')
  },
  903: () => {
    const held = []
    for (;;) held.push(new Array(10_000).fill(held.length))
  },
}

export default function dying(given) {
  const die = deaths[given.job.trial]
  // Uncaught: not within the job's promise.
  if (die !== undefined) void setTimeout(100).then(() => setImmediate(die))
  return work(given)
}
