/** Peers as subjects that a benchmark runs in turn with ours. */
import { startPeers } from './peers/peer.mjs'

/** Where peers are not asked for. */
export const noRivals = { subjects: [], missing: [], close: () => {} }

/** Seconds of one timed call. */
const CALL_SECONDS = 0.12

/** What peers can train: PyTorch's f32 step by autograd, and written out in place. */
const STEPS = [
  { peer: 'numpy', rule: 'bp', precision: 'f32' },
  { peer: 'numpy', rule: 'dfa', precision: 'f32' },
  { peer: 'pytorch', rule: 'bp', precision: 'f32' },
  { peer: 'pytorch', rule: 'bp', precision: 'f32', form: 'in place' },
  { peer: 'pytorch', rule: 'bp', precision: 'bf16' },
]

/** Who learns from one example after the other. */
const ONLINE = [
  { peer: 'numpy' },
  { peer: 'numpy', form: 'skipping zeros' },
  { peer: 'pytorch' },
  { peer: 'pytorch', form: 'in place' },
  { peer: 'pytorch', form: 'skipping zeros' },
]

const JOBS = ['forward', 'project', 'update']
/** What peers can multiply. */
const PRODUCTS = [
  { peer: 'onnxruntime', precision: 'f32', jobs: ['forward'] },
  { peer: 'numpy', precision: 'f32', jobs: JOBS },
  { peer: 'pytorch', precision: 'f32', jobs: JOBS },
  { peer: 'pytorch', precision: 'bf16', jobs: JOBS },
  { peer: 'matrixmultiply', precision: 'f32', jobs: JOBS },
  { peer: 'gemm', precision: 'f32', jobs: JOBS },
]

/**
 * Peers that train `network` (`784-1000-10`): subjects whose rates are samples a second, the peers
 * that are missing, and `close`, which ends all of them.
 */
export function stepRivals({ network, precisions, batches, threads }) {
  const widths = network.split('-').map(Number)
  const cases = STEPS.filter(({ precision }) => precisions.includes(precision)).flatMap(
    ({ peer, ...one }) =>
      batches.map((batch) => ({
        peer,
        scale: batch,
        flops: 2 * multiplyAdds(one.rule, widths),
        asked: { bench: 'step', widths, ...one, batch },
      })),
  )
  return rivals(cases, threads)
}

/** Peers' products of `batches` rows at `width` × `width`: rates are FLOP a second. */
export function productRivals({ width, precisions, batches, threads }) {
  const [n, k] = [width, width]
  const cases = PRODUCTS.filter(({ precision }) => precisions.includes(precision)).flatMap(
    ({ peer, precision, jobs }) =>
      batches.flatMap((m) =>
        jobs.map((job) => ({
          peer,
          scale: 2 * m * n * k,
          asked: { bench: 'gemm', job, m, n, k, precision },
        })),
      ),
  )
  return rivals(cases, threads)
}

/** Peers that train `network` by bp on the examples in `file`, one by one: rates as of steps. */
export function onlineRivals({ network, file, threads }) {
  const widths = network.split('-').map(Number)
  const step = { bench: 'online', rule: 'bp', precision: 'f32', batch: 1 }
  const cases = ONLINE.map(({ peer, ...form }) => ({
    peer,
    scale: 1,
    asked: { ...step, widths, file, ...form },
  }))
  return rivals(cases, threads)
}

/** Per example of a step: forward, update, and what carries the signal down. */
export function multiplyAdds(rule, widths) {
  const blocks = widths.slice(1).map((width, i) => widths[i] * width)
  const all = blocks.reduce((sum, size) => sum + size, 0)
  const hidden = widths.slice(1, -1).reduce((sum, width) => sum + width, 0)
  return 2 * all + (rule === 'dfa' ? hidden * widths.at(-1) : all - blocks[0])
}

async function rivals(cases, threads) {
  const names = [...new Set(cases.map(({ peer }) => peer))]
  const started = await Promise.all(
    threads.map(async (count) => ({ count, ...(await startPeers(names, count)) })),
  )
  const subjects = started.flatMap(({ count, running }) =>
    running.flatMap((peer) => cases.filter((one) => one.peer === peer.name).map(bind(peer, count))),
  )
  return {
    subjects,
    missing: started[0].missing,
    close: () => started.forEach(({ running }) => running.forEach((peer) => peer.close())),
  }
}

/** A case of a peer's, as a subject: what it is asked for, and a function that times it. */
const bind =
  (peer, threads) =>
  ({ scale, flops, asked }) => ({
    ...asked,
    peer: peer.name,
    version: peer.version,
    threads,
    flops,
    run: async () => scale * (await peer.rate(asked, CALL_SECONDS)),
  })
