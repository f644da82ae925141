/**
 * Learning from one example at a time, which moves every weight for each: as a share of the
 * bandwidth at which a buffer of the weights' size is read, changed and written in the same run.
 * `--batches 1,2,15` times steps of more rows too.
 */
import { Buffer } from 'node:buffer'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { compile } from '../dist/compile/index.js'
import { datasets } from '../dist/data/sets/index.js'
import { DataSet, Session } from '../dist/engine/index.js'
import { addon, native } from '../dist/engine/native.js'
import { parseNetwork } from '../dist/network/index.js'
import { findRule } from '../dist/rules/index.js'
import { losses } from '../dist/training/losses.js'
import { optimizers } from '../dist/training/optimizers.js'
import { fraction, interleave, median, spread } from './measure.mjs'
import { flag, number, numbers, words } from './options.mjs'
import { byWhom, printWithPeers } from './ratios.mjs'
import { noRivals, onlineRivals } from './rivals.mjs'
import { percent } from './table.mjs'

export const NETWORK = '784-1000-10'
const INPUTS = ['dense', 'digits']
/** Seconds of a timed call, and the share of its steps that run before it, for warm caches. */
const CALL_SECONDS = 0.01
const WARM = 0.25

/** MNIST where it is at hand, else the digits that come along, as bytes. */
async function digits() {
  const { FEEDALIGN_DATA: dir } = process.env
  const { train } = dir === undefined ? await datasets.digits() : await datasets.mnist({ dir })
  return train
}

/**
 * The digits, scaled so that no input is zero (`dense`), or to [0, 1], where most pixels are zero
 * and their weights need no visit (`digits`).
 */
async function examples() {
  const { inputs, targets, count } = await digits()
  const data = DataSet.of(native(), inputs, 784, targets.labels, 10)
  const scales = { dense: { scale: 1 / 128, shift: -0.99 }, digits: { scale: 1 / 255, shift: 0 } }
  return { data, count, scales, inputs, labels: targets.labels }
}

/** Of those that peers learn from: they hold each as f32, ready to use. */
const PEER_EXAMPLES = 4096

/** Peers on the first of the same examples, which they read from a file of bytes. */
async function startRivals({ inputs, labels }, threads) {
  const folder = mkdtempSync(join(tmpdir(), 'feedalign-online-'))
  const file = join(folder, 'examples')
  const some = [inputs.subarray(0, 784 * PEER_EXAMPLES), labels.subarray(0, PEER_EXAMPLES)]
  writeFileSync(file, Buffer.concat(some.map((values) => Uint8Array.from(values))))
  const rivals = await onlineRivals({ network: NETWORK, file, threads })
  const close = () => {
    rivals.close()
    rmSync(folder, { recursive: true })
  }
  return { ...rivals, close }
}

/** One case: a session, and a function that runs it for a while and gives samples a second. */
function prepare({ rule, batch, threads, inputs }, { data, count, scales }) {
  const program = compile({
    network: parseNetwork(NETWORK),
    rule: findRule(rule)(),
    loss: losses.crossEntropy(),
    optimizer: optimizers.sgd({ learningRate: 0.001 }),
    batch,
    reduction: 'mean',
    labels: true,
    weightScale: 1,
    feedbackScale: 1,
    ...scales[inputs],
  })
  const session = new Session(native(), program, { threads, seed: 1 })
  const weights = program.tensors.filter(({ role }) => role === 'weight')
  const floats = weights.reduce((sum, { shape: [rows, columns] }) => sum + rows * columns, 0)
  let steps = 100
  const run = async () => {
    const order = Uint32Array.from({ length: steps * batch }, (_, i) => i % count)
    const knobs = new Float32Array(steps).fill(0.001)
    const warm = Math.ceil(steps * WARM)
    await session.run('train', data, order.subarray(0, warm * batch), knobs.subarray(0, warm))
    const started = performance.now()
    await session.run('train', data, order, knobs)
    const seconds = (performance.now() - started) / 1000
    steps = Math.max(1, Math.round((steps * CALL_SECONDS) / seconds))
    return order.length / seconds
  }
  return { rule, batch, threads, inputs, floats, run, session }
}

export const options = {
  rules: words(['bp', 'fa', 'dfa']),
  batches: numbers(1),
  threads: numbers(1, 2),
  inputs: words(INPUTS, INPUTS),
  seconds: number(20),
  peers: flag(),
}

export async function run({ rules, batches, threads, inputs, seconds, peers }) {
  const data = await examples()
  const cases = threads.flatMap((count) =>
    inputs.flatMap((input) =>
      batches.flatMap((batch) =>
        rules.map((rule) => prepare({ rule, batch, threads: count, inputs: input }, data)),
      ),
    ),
  )
  const bandwidths = threads.map((count) => ({
    ceiling: true,
    threads: count,
    run: () => addon().bandwidth(count, cases[0].floats, 0.05),
  }))
  const rivals = peers ? await startRivals(data, threads) : noRivals
  try {
    await interleave([...bandwidths, ...cases, ...rivals.subjects], seconds)
  } finally {
    rivals.close()
  }
  const absent = rivals.missing.map((one) => ({ bench: 'online', ...one }))
  return [...cases.map((one) => row(one, bandwidths)), ...rivals.subjects.map(theirs), ...absent]
}

function theirs({ peer, version, form, rule, precision, batch, threads, rates }) {
  return {
    ...{ bench: 'online', network: NETWORK, peer, version, form, rule, precision, batch, threads },
    samplesPerSecond: Math.round(Math.max(...rates)),
    medianSamplesPerSecond: Math.round(median(rates)),
    spread: fraction(spread(rates), 1),
    rounds: rates.length,
  }
}

function row({ rule, batch, threads, inputs, floats, rates, session }, bandwidths) {
  const { rates: peaks } = bandwidths.find((bandwidth) => bandwidth.threads === threads)
  const bandwidth = Math.max(...peaks)
  const [best, middle] = [Math.max(...rates), median(rates)]
  const bytes = (rate) => (4 * floats * rate) / batch
  return {
    bench: 'online',
    network: NETWORK,
    rule,
    precision: 'f32',
    batch,
    threads,
    inputs,
    kernel: session.kernel,
    samplesPerSecond: Math.round(best),
    medianSamplesPerSecond: Math.round(middle),
    gigabytesPerSecond: Number((bytes(best) / 1e9).toFixed(1)),
    bandwidthGigabytesPerSecond: Number((bandwidth / 1e9).toFixed(1)),
    ofBandwidth: fraction(bytes(best), bandwidth),
    medianOfBandwidth: fraction(bytes(middle), bandwidth),
    spread: fraction(spread(rates), 1),
    rounds: rates.length,
  }
}

export function print(rows) {
  console.log(`${NETWORK}, kernel ${rows[0].kernel}`)
  const columns = [
    ['rule', (row) => row.rule],
    ['by', byWhom],
    ['inputs', (row) => row.inputs],
    ['batch', (row) => row.batch],
    ['threads', (row) => row.threads],
    ['samples/s', (row) => row.samplesPerSecond],
    ['(median)', (row) => row.medianSamplesPerSecond],
    ['GB/s', (row) => row.gigabytesPerSecond?.toFixed(1)],
    ['bandwidth', (row) => row.bandwidthGigabytesPerSecond?.toFixed(1)],
    ['of bandwidth', (row) => row.ofBandwidth && percent(row.ofBandwidth)],
    ['(median)', (row) => row.medianOfBandwidth && percent(row.medianOfBandwidth)],
    ['spread', (row) => percent(row.spread)],
    ['rounds', (row) => row.rounds],
  ]
  printWithPeers(rows, columns)
}
