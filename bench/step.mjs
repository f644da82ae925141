/** Whole training steps of the talk's MNIST network, for every rule, batch and thread count. */
import { grids } from '../dist/compile/feedbackOptions.js'
import { compile } from '../dist/compile/index.js'
import { DataSet, Session } from '../dist/engine/index.js'
import { addon, native } from '../dist/engine/native.js'
import { parseNetwork } from '../dist/network/index.js'
import { findRule } from '../dist/rules/index.js'
import { losses } from '../dist/training/losses.js'
import { optimizers } from '../dist/training/optimizers.js'
import { interleave, median } from './measure.mjs'
import { flag, number, numbers, share, words } from './options.mjs'
import { byWhom, printWithPeers } from './ratios.mjs'
import { noRivals, stepRivals } from './rivals.mjs'
import { ceilingFields, printCeilings, shareColumns, shares } from './shares.mjs'

export const NETWORK = '784-1500-1500-1500-10'
export const EXAMPLES = 4096
/** Length of one timed call: long against its crossing, short against the rounds. */
const CALL_SECONDS = 0.06
/** Small enough for Adam, whose steps are that long. */
const RATE = 1e-4

/** Examples of made-up pixels: what they show does not change the arithmetic. */
export function examples(engine = native()) {
  const inputs = Uint8Array.from({ length: EXAMPLES * 784 }, (_, i) => (i * 7919) % 251)
  const labels = Uint32Array.from({ length: EXAMPLES }, (_, i) => i % 10)
  return DataSet.of(engine, inputs, 784, labels, 10)
}

/** Elements that a tensor holds: no padding counts. */
function elements({ role, shape, structure }) {
  const [rows, columns = 1] = shape
  if (structure.kind === 'local2d') {
    const { below, layout, field } = structure
    return field[0] * field[1] * below[2] * layout[0] * layout[1] * layout[2]
  }
  if (structure.kind !== 'panelDrawn') return rows * columns
  const isTurned = role === 'feedback' && structure.stream === 'feedback'
  const [senders, receivers] = isTurned ? [columns, rows] : [rows, columns]
  return Math.max(1, Math.round(structure.density * senders)) * receivers
}

/** Multiply-adds per example of a phase, from the tensors that its ops name. */
function multiplyAdds(program, phase) {
  const sizes = new Map(program.tensors.map((tensor) => [tensor.name, elements(tensor)]))
  const size = (name) => sizes.get(name)
  const { ops } = program.phases.find(({ name }) => name === phase)
  return ops
    .map(({ op, weight, matrix }) => {
      if (op === 'linear' || op === 'update') return size(weight)
      return op === 'project' ? size(matrix) : 0
    })
    .reduce((sum, count) => sum + count, 0)
}

/** One case: a session, and a function that runs it for a while and gives samples a second. */
export function prepare(
  rule,
  precision,
  batch,
  threads,
  feedback,
  data,
  network = NETWORK,
  engine = native(),
  optimizer = 'sgd',
) {
  const program = compile({
    network: parseNetwork(network),
    rule: findRule(rule)(),
    loss: losses.crossEntropy(),
    optimizer: optimizers[optimizer]({ learningRate: RATE }),
    precision,
    batch,
    reduction: 'mean',
    labels: true,
    weightScale: 1,
    feedbackScale: 1,
    ...feedback,
    scale: 1 / 128,
    shift: -1,
  })
  const session = new Session(engine, program, { threads, seed: 1 })
  let steps = 4
  const run = async () => {
    const order = Uint32Array.from({ length: steps * batch }, (_, i) => i % EXAMPLES)
    const knobs = new Float32Array(steps).fill(RATE)
    const started = performance.now()
    await session.run('train', data, order, knobs)
    const seconds = (performance.now() - started) / 1000
    const rate = order.length / seconds
    steps = Math.max(1, Math.round((rate * CALL_SECONDS) / batch))
    return rate
  }
  return {
    rule,
    optimizer,
    precision,
    batch,
    threads,
    feedback,
    flops: 2 * multiplyAdds(program, 'train'),
    run,
    session,
  }
}

/** A subject whose rates are the ceiling's; it keeps the clocks beside them, in Hz. */
export function ceilingOf(threads, precision) {
  return {
    ceiling: true,
    threads,
    precision,
    clocks: [],
    run: async function () {
      const { flops, hertz } = await addon().ceiling(threads, 0.05, precision)
      if (hertz !== undefined) this.clocks.push(hertz)
      return flops
    },
  }
}

/**
 * Those that are timed unless told. Without bf16 instructions bf16 is plain arithmetic: a matter of
 * bits, not of speed.
 */
export const fastPrecisions = () => (addon().kernels('bf16').length > 1 ? ['f32', 'bf16'] : ['f32'])

export const options = {
  rules: words(['bp', 'fa', 'dfa']),
  optimizers: words(['sgd'], Object.keys(optimizers)),
  precisions: words(),
  batches: numbers(32, 64, 128, 256),
  threads: numbers(1, 2),
  feedbackRank: number(),
  feedbackDensity: share(1),
  feedbackGrid: words(['f32'], grids),
  seconds: number(20),
  peers: flag(),
}

export async function run({
  rules,
  optimizers: steppers,
  batches,
  threads,
  seconds,
  peers,
  ...chosen
}) {
  const { feedbackRank, feedbackDensity, feedbackGrid } = chosen
  const feedback = { feedbackRank, feedbackDensity, feedbackGrid: feedbackGrid[0] }
  // In bf16 feedback is dense and on no other grid.
  const plain = feedbackDensity === 1 && feedback.feedbackGrid === 'f32'
  const { precisions = plain ? fastPrecisions() : ['f32'] } = chosen
  const data = examples()
  const places = threads.flatMap((count) => precisions.map((precision) => ({ count, precision })))
  const groups = places.map(({ count, precision }) => ({
    ceiling: ceilingOf(count, precision),
    cases: batches.flatMap((batch) =>
      rules.flatMap((rule) =>
        steppers.map((optimizer) =>
          prepare(rule, precision, batch, count, feedback, data, NETWORK, native(), optimizer),
        ),
      ),
    ),
  }))
  const rivals = peers
    ? await stepRivals({ network: NETWORK, precisions, batches, threads })
    : noRivals
  // Each ceiling right before what is compared with it.
  const ours = groups.flatMap(({ ceiling, cases }) => [ceiling, ...cases])
  await interleave([...ours, ...rivals.subjects], seconds)
  rivals.close()
  const ceilings = groups.map(({ ceiling }) => ceiling)
  const cases = [...groups.flatMap((group) => group.cases), ...rivals.subjects]
  const absent = rivals.missing.map((one) => ({ bench: 'step', ...one }))
  return [...cases.map((one) => row(one, ceilings)), ...absent]
}

function row(one, ceilings) {
  const { rule, optimizer, precision, batch, threads, feedback, flops, rates } = one
  const ceiling = ceilings.find(
    (other) => other.threads === threads && other.precision === precision,
  )
  const best = Math.max(...rates)
  return {
    bench: 'step',
    network: NETWORK,
    rule,
    optimizer,
    precision,
    batch,
    threads,
    ...feedback,
    ...(one.peer === undefined ? { kernel: one.session.kernel } : theirs(one)),
    samplesPerSecond: Math.round(best),
    medianSamplesPerSecond: Math.round(median(rates)),
    gflops: Number(((best * flops) / 1e9).toFixed(1)),
    ...ceilingFields(ceiling),
    ...shares(one, ceiling, flops),
  }
}

const theirs = ({ peer, version, form }) => ({ peer, version, form })

export function print(rows) {
  console.log(`${NETWORK}, kernel ${rows[0].kernel}`)
  const columns = [
    ['rule', (row) => row.rule],
    ['optimizer', (row) => row.optimizer ?? ''],
    ['precision', (row) => row.precision],
    ['by', byWhom],
    ['batch', (row) => row.batch],
    ['threads', (row) => row.threads],
    ['samples/s', (row) => row.samplesPerSecond],
    ['(median)', (row) => row.medianSamplesPerSecond],
    ['ceiling', (row) => row.ceilingGflops.toFixed(1)],
    ...shareColumns,
  ]
  printWithPeers(rows, columns)
  printCeilings(rows)
}
