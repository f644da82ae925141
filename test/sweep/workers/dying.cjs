/** The package's worker, but that some trials are the death of its thread while they train. */
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

if (process.env['NO_MORE_THREADS'] !== undefined) throw new Error('no more threads')

module.exports = async (given) => {
  const { default: work } = await import('../../../dist/sweep/workers/worker.js')
  const die = deaths[given.job.trial]
  // Uncaught: not within the job's promise.
  if (die !== undefined) setTimeout(() => setImmediate(die), 100)
  return work(given)
}
