/** The three products alone, at 1500 × 1500, as `crates/kernels/examples/gemm.rs` times them. */
import { spawnSync } from 'node:child_process'
import { cpus } from 'node:os'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))

/** One JSON line per product and batch; throws with what cargo said where it fails. */
function run(threads, seconds, batches) {
  const cargo = ['run', '--release', '--quiet', '-p', 'feedalign-kernels', '--example', 'gemm']
  const args = [...cargo, '--', threads, seconds, ...batches].map(String)
  const { status, stdout, stderr } = spawnSync('cargo', args, { cwd: root, encoding: 'utf8' })
  if (status !== 0) throw new Error(stderr.trim().split('\n').at(-1))
  return stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
}

export function gemm({ json, batches, threads, seconds }) {
  const share = Math.max(1, Math.round(seconds / threads.length))
  const rows = threads.flatMap((count) => run(count, share, batches))
  if (json) for (const row of rows) console.log(JSON.stringify(row))
  else print(rows)
}

function print(rows) {
  console.log(`${cpus()[0].model.trim()}, kernel ${rows[0].kernel}, 1500 × 1500`)
  console.log('job      rows  threads  GFLOP/s   ceiling  of ceiling  (median)')
  for (const one of rows) {
    const cells = [
      one.job.padEnd(8),
      String(one.m).padStart(4),
      String(one.threads).padStart(8),
      one.gflops.toFixed(1).padStart(8),
      one.ceilingGflops.toFixed(1).padStart(9),
      `${(100 * one.ofCeiling).toFixed(1)} %`.padStart(11),
      `${(100 * one.medianOfCeiling).toFixed(1)} %`.padStart(9),
    ]
    console.log(cells.join(' '))
  }
}
