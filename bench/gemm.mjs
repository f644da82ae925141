/** The three products alone, at 1500 × 1500, as `crates/kernels/examples/gemm` times them. */
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { fraction, median, spread, stable } from './measure.mjs'
import { flag, number, numbers, words } from './options.mjs'
import { byWhom, printWithPeers } from './ratios.mjs'
import { productRivals } from './rivals.mjs'
import { printCeilings, shareColumns } from './shares.mjs'
import { fastPrecisions } from './step.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))

/** One JSON line per product and batch; throws with what cargo said where it fails. */
function time(precision, threads, seconds, batches) {
  const cargo = ['run', '--release', '--quiet', '-p', 'feedalign-kernels', '--example', 'gemm']
  const args = [...cargo, '--', threads, seconds, ...batches, precision].map(String)
  const { status, stdout, stderr } = spawnSync('cargo', args, { cwd: root, encoding: 'utf8' })
  if (status !== 0) throw new Error(stderr.trim().split('\n').at(-1))
  return stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
}

/** The side of the matrices that the example multiplies by. */
const WIDTH = 1500
/** Turns of ours and the peers'. */
const TURNS = 4

export const options = {
  precisions: words(),
  batches: numbers(32, 64, 128, 256),
  threads: numbers(1, 2),
  seconds: number(28),
  peers: flag(),
}

export async function run({ precisions = fastPrecisions(), batches, threads, seconds, peers }) {
  const ours = (most) => {
    const share = Math.max(1, Math.round(most / threads.length / precisions.length))
    return precisions.flatMap((precision) =>
      threads.flatMap((count) => time(precision, count, share, batches)),
    )
  }
  if (!peers) return ours(seconds)
  const rivals = await productRivals({ width: WIDTH, precisions, batches, threads })
  const turns = []
  for (const subject of rivals.subjects) subject.rates = []
  for (let turn = 0; turn < TURNS; turn++) {
    turns.push(ours(seconds / TURNS))
    for (const subject of rivals.subjects) subject.rates.push(await subject.run())
  }
  rivals.close()
  const absent = rivals.missing.map((one) => ({ bench: 'gemm', ...one }))
  const rows = turns[0].map((_, i) => bestOf(turns.map((turn) => turn[i])))
  return [...rows, ...rivals.subjects.map((one) => peerRow(one, rows)), ...absent]
}

/** A case's rows of several turns as one: the best of all, over the best ceiling of all. */
function bestOf(rows) {
  const gflops = Math.max(...rows.map((row) => row.gflops))
  const ceilingGflops = Math.max(...rows.map((row) => row.ceilingGflops))
  const middle = median(rows.map((row) => row.medianOfCeiling * row.ceilingGflops))
  return {
    ...rows[0],
    gflops,
    ceilingGflops,
    ofCeiling: fraction(gflops, ceilingGflops),
    medianOfCeiling: fraction(middle, ceilingGflops),
    inRound: median(rows.map((row) => row.inRound)),
    spread: median(rows.map((row) => row.spread)),
    rounds: rows.reduce((sum, row) => sum + row.rounds, 0),
    stable: stable(rows.map((row) => row.gflops)),
  }
}

function peerRow({ peer, version, job, m, n, k, precision, threads, rates }, ours) {
  const fits = (row) => row.threads === threads && row.precision === precision
  const { ceilingGflops } = ours.find(fits)
  const [best, middle] = [Math.max(...rates) / 1e9, median(rates) / 1e9]
  return {
    ...{ bench: 'gemm', peer, version, job, m, n, k, precision, threads },
    gflops: Number(best.toFixed(1)),
    ceilingGflops,
    ofCeiling: fraction(best, ceilingGflops),
    medianOfCeiling: fraction(middle, ceilingGflops),
    spread: fraction(spread(rates), 1),
    rounds: rates.length,
    stable: stable(rates),
  }
}

export function print(rows) {
  console.log(`kernel ${rows[0].kernel}, 1500 × 1500`)
  const columns = [
    ['job', (row) => row.job],
    ['precision', (row) => row.precision],
    ['by', byWhom],
    ['rows', (row) => row.m],
    ['threads', (row) => row.threads],
    ['GFLOP/s', (row) => row.gflops.toFixed(1)],
    ['ceiling', (row) => row.ceilingGflops.toFixed(1)],
    ...shareColumns,
  ]
  printWithPeers(rows, columns)
  printCeilings(rows)
}
