/** The three products alone, at 1500 × 1500, as `crates/kernels/examples/gemm.rs` times them. */
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { number, numbers, words } from './options.mjs'
import { percent, table } from './table.mjs'

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

export const options = {
  precisions: words(['f32']),
  batches: numbers(32, 64, 128, 256),
  threads: numbers(1, 2),
  seconds: number(40),
}

export function run({ precisions, batches, threads, seconds }) {
  const share = Math.max(1, Math.round(seconds / threads.length / precisions.length))
  return precisions.flatMap((precision) =>
    threads.flatMap((count) => time(precision, count, share, batches)),
  )
}

export function print(rows) {
  console.log(`kernel ${rows[0].kernel}, 1500 × 1500`)
  const columns = [
    ['job', (row) => row.job],
    ['precision', (row) => row.precision],
    ['rows', (row) => row.m],
    ['threads', (row) => row.threads],
    ['GFLOP/s', (row) => row.gflops.toFixed(1)],
    ['ceiling', (row) => row.ceilingGflops.toFixed(1)],
    ['of ceiling', (row) => percent(row.ofCeiling)],
    ['(median)', (row) => percent(row.medianOfCeiling)],
  ]
  console.log(table(rows, columns))
}
