/** Two sessions in one process: at work together, against one after the other. */
import { availableParallelism } from 'node:os'
import { fraction, median } from './measure.mjs'
import { number, numbers, words } from './options.mjs'
import { engineData, NETWORK, pixels, trained } from './pixels.mjs'
import { percent, table } from './table.mjs'

const EXAMPLES = 4096
/** Calls of each session in a round. */
const CALLS = 3
/** Of a call, as training's are. */
const CALL_SECONDS = 0.1

/** Seconds that `work` takes. */
async function timed(work) {
  const started = performance.now()
  await work()
  return (performance.now() - started) / 1000
}

/** A round's calls of a session: of a fixed length, so that both ways do the same work. */
function repeated(session, data, batch, steps) {
  const order = Uint32Array.from({ length: steps * batch }, (_, i) => i % EXAMPLES)
  const knobs = new Float32Array(steps).fill(0.01)
  return async (calls = CALLS) => {
    for (let call = 0; call < calls; call++) await session.run('train', data, order, knobs)
  }
}

/** Rounds of the two ways, each in turn the first. */
async function measure(works, seconds) {
  const apart = async () => {
    for (const work of works) await work()
  }
  const together = () => Promise.all(works.map((work) => work()))
  const rounds = []
  const end = performance.now() + seconds * 1000
  do {
    const swap = rounds.length % 2 === 1
    const first = await timed(swap ? together : apart)
    const second = await timed(swap ? apart : together)
    rounds.push(swap ? { apart: second, together: first } : { apart: first, together: second })
  } while (performance.now() < end)
  return rounds
}

export const options = {
  rules: words(['fa']),
  batches: numbers(64),
  threads: numbers(1, 2),
  seconds: number(40),
}

export async function run({ rules, batches, threads, seconds }) {
  const examples = pixels(EXAMPLES)
  const data = engineData(examples)
  const cases = threads.flatMap((count) =>
    batches.flatMap((batch) => rules.map((rule) => ({ rule, batch, threads: count }))),
  )
  const rows = []
  for (const one of cases) {
    const runs = [1, 2].map((seed) => trained(examples, { ...one, seed }))
    const probes = runs.map(({ model }) => repeated(model, data, one.batch, 4))
    for (const probe of probes) await probe()
    const perStep = (await timed(() => probes[0](1))) / 4
    const steps = Math.ceil(CALL_SECONDS / perStep)
    const works = runs.map(({ model }) => repeated(model, data, one.batch, steps))
    rows.push(row(one, await measure(works, seconds / cases.length)))
    for (const run of runs) run[Symbol.dispose]()
  }
  return rows
}

function row(one, rounds) {
  const ratios = rounds.map(({ apart, together }) => together / apart)
  const seconds = (way) => Number(median(rounds.map((round) => round[way])).toFixed(3))
  return {
    bench: 'sessions',
    network: NETWORK,
    ...one,
    cores: availableParallelism(),
    apartSeconds: seconds('apart'),
    togetherSeconds: seconds('together'),
    togetherOfApart: fraction(median(ratios), 1),
    best: fraction(Math.min(...ratios), 1),
    worst: fraction(Math.max(...ratios), 1),
    rounds: rounds.length,
  }
}

export function print(rows) {
  console.log(`two sessions of ${NETWORK} on ${rows[0].cores} cores`)
  const columns = [
    ['rule', (row) => row.rule],
    ['batch', (row) => row.batch],
    ['threads', (row) => row.threads],
    ['apart, s', (row) => row.apartSeconds],
    ['together, s', (row) => row.togetherSeconds],
    ['together/apart', (row) => percent(row.togetherOfApart)],
    ['best', (row) => percent(row.best)],
    ['worst', (row) => percent(row.worst)],
    ['rounds', (row) => row.rounds],
  ]
  console.log(table(rows, columns))
}
