/** The protocol of a peer in JavaScript: see `../python/serve.py`. */
import { createInterface } from 'node:readline'

/** `prepare(case)` gives a function that runs the case and resolves to how often it did so. */
export async function serve(peer, version, prepare) {
  answer({ peer, version })
  const prepared = new Map()
  for await (const line of createInterface({ input: process.stdin })) {
    try {
      const request = JSON.parse(line)
      const key = JSON.stringify(request.case)
      if (!prepared.has(key)) prepared.set(key, await prepare(request.case))
      answer(await timed(prepared.get(key), request.seconds))
    } catch (error) {
      answer({ error: String(error) })
    }
  }
}

async function timed(run, seconds) {
  // Once for warmth: what ran before has the caches.
  await run()
  let repetitions = 0
  const started = performance.now()
  const past = () => (performance.now() - started) / 1000
  while (past() < seconds) repetitions += await run()
  return { repetitions, seconds: past() }
}

const answer = (line) => {
  console.log(JSON.stringify(line))
}
