/**
 * The wasm engine under the versions of Node that matter to it: the products, and whole steps of
 * the talk's network, one thread; with --peers beside what else trains in wasm. Each mode is a
 * process of its own, asked in turn like a peer.
 */
import { fileURLToPath } from 'node:url'
import { buildWasm } from '../scripts/setup/wasm.mjs'
import { fraction, interleave, median } from './measure.mjs'
import { flag, number, numbers, words } from './options.mjs'
import { node } from './peers/npm.mjs'
import { Peer, startPeers } from './peers/peer.mjs'
import { multiplyAdds } from './rivals.mjs'
import { NETWORK } from './step.mjs'
import { percent, table } from './table.mjs'

/** Seconds of one timed call. */
const CALL_SECONDS = 0.12
const WIDTH = 1500
const JOBS = ['forward', 'project', 'update']
const PEERS = ['jax-js', 'tfjs-wasm']

const script = fileURLToPath(new URL('wasm/engine.mjs', import.meta.url))

/** The modules, and where they are run. */
const MODES = {
  simd128: { major: 20, engine: 'wasm', kernel: 'simd128' },
  relaxed: { major: 24, engine: 'wasm', kernel: 'relaxed' },
  revectorized: { major: 24, engine: 'wasm-revectorized', kernel: 'relaxed' },
}

export const options = {
  modes: words(Object.keys(MODES), Object.keys(MODES)),
  batches: numbers(64, 256),
  rules: words(['bp', 'fa']),
  stepBatches: numbers(64),
  seconds: number(60),
  peers: flag(),
}

export async function run({ modes, batches, rules, stepBatches, seconds, peers }) {
  await buildWasm()
  const engines = await startEngines(modes)
  const rivals = peers ? await startPeers(PEERS, 1) : { running: [], missing: [] }
  const ours = engines.running.flatMap((one) => [
    { ...subject(one, { bench: 'ceiling' }, 1), ceiling: true },
    ...batches.flatMap((m) => JOBS.map((job) => product(one, job, m))),
    ...stepBatches.flatMap((batch) => rules.map((rule) => step(one, rule, batch))),
  ])
  const theirs = rivals.running.flatMap((one) => stepBatches.map((batch) => step(one, 'bp', batch)))
  await interleave([...ours, ...theirs], seconds)
  for (const one of [...engines.running, ...rivals.running]) one.close()
  const absent = [...engines.missing, ...rivals.missing]
  return [
    ...ours
      .filter(({ asked }) => asked.bench !== 'ceiling')
      .map((one) => ourRow(one, ours, theirs)),
    ...theirs.map((one) => ({ ...named(one), ...speed(one) })),
    ...absent.map((one) => ({ bench: 'wasm', ...one })),
  ]
}

/** A process for each mode that has its Node here. */
async function startEngines(modes) {
  const [running, missing] = [[], []]
  for (const mode of modes) {
    const { major, engine, kernel } = MODES[mode]
    const binary = node(major)
    if (binary === undefined) {
      missing.push({
        peer: mode,
        missing: `no Node ${major}; \`npm run bench -- peers\` installs it`,
      })
      continue
    }
    const env = { ...process.env, FEEDALIGN_KERNEL: kernel }
    running.push(await Peer.start(mode, [binary, script, engine], env))
  }
  return { running, missing }
}

/** What a process is asked for; its rates are `scale` times its own. */
const subject = (peer, asked, scale, flops = 1) => ({
  peer,
  asked,
  flops,
  run: async () => scale * (await peer.rate(asked, CALL_SECONDS)),
})

/** Rates are FLOP a second. */
function product(peer, job, m) {
  const [n, k] = [WIDTH, WIDTH]
  return subject(peer, { bench: 'gemm', job, m, n, k }, 2 * m * n * k)
}

/** Rates are samples a second. */
function step(peer, rule, batch) {
  const widths = NETWORK.split('-').map(Number)
  const flops = 2 * multiplyAdds(rule, widths)
  return subject(peer, { bench: 'step', rule, widths, batch }, batch, flops)
}

function named({ peer, asked: { job, rule, m, batch } }) {
  const mode = Object.hasOwn(MODES, peer.name)
  return {
    bench: 'wasm',
    ...(mode
      ? { mode: peer.name, node: peer.version }
      : { peer: peer.name, version: peer.version }),
    ...(rule === undefined ? { job, m, n: WIDTH, k: WIDTH } : { network: NETWORK, rule, batch }),
  }
}

function speed({ asked, flops, rates }) {
  const [best, middle] = [Math.max(...rates), median(rates)]
  const samples = { samplesPerSecond: Math.round(best), medianSamplesPerSecond: Math.round(middle) }
  return {
    gflops: Number(((best * flops) / 1e9).toFixed(1)),
    ...(asked.bench === 'step' && samples),
    rounds: rates.length,
  }
}

function ourRow(one, ours, theirs) {
  const isCeiling = ({ peer, asked }) => peer === one.peer && asked.bench === 'ceiling'
  const ceiling = Math.max(...ours.find(isCeiling).rates)
  const [best, middle] = [Math.max(...one.rates), median(one.rates)]
  const rivals = theirs.filter(({ asked }) => asked.batch === one.asked.batch)
  return {
    ...named(one),
    ...speed(one),
    ceilingGflops: Number((ceiling / 1e9).toFixed(1)),
    ofCeiling: fraction(best * one.flops, ceiling),
    medianOfCeiling: fraction(middle * one.flops, ceiling),
    ...(rivals.length > 0 && {
      timesPeers: Object.fromEntries(
        rivals.map(({ peer, rates }) => [peer.name, fraction(best, Math.max(...rates))]),
      ),
    }),
  }
}

export function print(rows) {
  const measured = rows.filter(({ missing }) => missing === undefined)
  const rivals = measured.filter(({ peer }) => peer !== undefined).map(({ peer }) => peer)
  const columns = [
    ['by', (row) => row.peer ?? `${row.mode}, Node ${row.node}`],
    ['', (row) => row.job ?? row.rule],
    ['rows', (row) => row.m ?? row.batch],
    ['GFLOP/s', (row) => row.gflops.toFixed(1)],
    ['samples/s', (row) => row.samplesPerSecond],
    ['(median)', (row) => row.medianSamplesPerSecond],
    ['ceiling', (row) => row.ceilingGflops?.toFixed(1)],
    ['of ceiling', (row) => row.ofCeiling && percent(row.ofCeiling)],
    ['(median)', (row) => row.medianOfCeiling && percent(row.medianOfCeiling)],
    ...rivals.map((name) => [`× ${name}`, (row) => row.timesPeers?.[name].toFixed(2)]),
  ]
  console.log(table(measured, columns))
  for (const { peer, missing } of rows) if (missing) console.log(`\n${peer} is missing: ${missing}`)
}
