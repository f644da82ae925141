/**
 * How speed grows: time per floating-point operation over widths and over batches, two threads over
 * one, and a deep network by dfa over fa.
 */
import { fraction, interleave } from './measure.mjs'
import { number } from './options.mjs'
import { ceilingOf, examples, NETWORK, prepare } from './step.mjs'
import { table } from './table.mjs'

const WIDTHS = [500, 1000, 2000, 4000]
const BATCHES = [32, 64, 128, 256, 512, 1024]
const BATCH = 64
const DEEP = `784-${'1000-'.repeat(8)}10`
const square = (width) => `784-${width}-${width}-${width}-10`

export const options = { threads: number(2), seconds: number(40) }

export async function run({ threads, seconds }) {
  const data = examples()
  const subject = (network, rule, batch, count = threads) => ({
    ...prepare(rule, 'f32', batch, count, undefined, data, network),
    network,
  })
  const cases = {
    widths: WIDTHS.map((width) => subject(square(width), 'fa', BATCH)),
    batches: BATCHES.map((batch) => subject(NETWORK, 'fa', batch)),
    threads: [1, threads].map((count) => subject(NETWORK, 'fa', BATCH, count)),
    depth: ['fa', 'dfa'].map((rule) => subject(DEEP, rule, BATCH)),
  }
  const all = Object.values(cases).flat()
  const ceilings = [...new Set(all.map((one) => one.threads))].map((n) => ceilingOf(n, 'f32'))
  await interleave([...ceilings, ...all], seconds)
  const rows = all.map((one) => row(one, ceilings))
  return [...rows, ...summary(cases)]
}

const best = ({ rates }) => Math.max(...rates)

function row(one, ceilings) {
  const { network, rule, batch, threads, flops, rates } = one
  const ceiling = best(ceilings.find((other) => other.threads === threads))
  const speed = best(one) * flops
  return {
    ...{ bench: 'scale', network, rule, precision: 'f32', batch, threads },
    samplesPerSecond: Math.round(best(one)),
    gflops: Number((speed / 1e9).toFixed(1)),
    ceilingGflops: Number((ceiling / 1e9).toFixed(1)),
    ofCeiling: fraction(speed, ceiling),
    rounds: rates.length,
  }
}

/** The four ratios, each with what it is of. */
function summary({ widths, batches, threads, depth }) {
  const one = (property, ratio) => ({ bench: 'scale', property, ratio: fraction(ratio, 1) })
  const [single, several] = threads.map(best)
  const [fa, dfa] = depth.map(best)
  return [
    one('slowest width over fastest, time per FLOP', spread(widths)),
    one('slowest batch over fastest, time per FLOP', spread(batches)),
    one(`${threads[1].threads} threads over one`, several / single),
    one('eight layers of 1000, dfa over fa', dfa / fa),
  ]
}

/** The longest time per FLOP over the shortest. */
export function spread(cases) {
  const speeds = cases.map((one) => best(one) * one.flops)
  return Math.max(...speeds) / Math.min(...speeds)
}

export function print(rows) {
  const columns = [
    ['network', (row) => row.network],
    ['rule', (row) => row.rule],
    ['batch', (row) => row.batch],
    ['threads', (row) => row.threads],
    ['samples/s', (row) => row.samplesPerSecond],
    ['GFLOP/s', (row) => row.gflops.toFixed(1)],
    ['ceiling', (row) => row.ceilingGflops.toFixed(1)],
  ]
  console.log(
    table(
      rows.filter(({ ratio }) => ratio === undefined),
      columns,
    ),
  )
  const ratios = rows.filter(({ ratio }) => ratio !== undefined)
  const summed = [
    ['\nratio', (row) => row.property],
    ['', (row) => row.ratio.toFixed(3)],
  ]
  console.log(table(ratios, summed))
}
