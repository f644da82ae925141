/**
 * Epochs of `fit` as `feedalign train` has them (order, metrics, events as JSON, checkpoints),
 * each after one of bare steps on the same data; measuring after an epoch is not counted.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fraction, median } from './measure.mjs'
import { number, words } from './options.mjs'
import { engineData, NETWORK, pixels, trained } from './pixels.mjs'
import { percent, table } from './table.mjs'

/** Steps of a bare call: about a third of a second. */
const BARE_STEPS = 32

/** Seconds of an epoch of bare steps. */
async function bareEpoch(session, data, order, batch) {
  const started = performance.now()
  for (let first = 0; first < order.length; first += BARE_STEPS * batch) {
    const rows = order.subarray(first, first + BARE_STEPS * batch)
    const knobs = new Float32Array(Math.ceil(rows.length / batch)).fill(0.01)
    await session.run('train', data, rows, knobs)
  }
  return (performance.now() - started) / 1000
}

/** Seconds of each epoch of the loop and of the bare one before it. */
async function measure(examples, { rule, ...settings }) {
  const checkpoints = mkdtempSync(join(tmpdir(), 'feedalign-loop-'))
  const bare = trained(examples, { ...settings, rule })
  const run = trained(examples, { ...settings, rule, checkpoints })
  const data = engineData(examples)
  const order = bare.model.permutation(examples.count, 0)
  const seen = []
  let started
  try {
    for await (const event of run) {
      JSON.stringify(event)
      if (event.event === 'progress' && event.step === event.steps) {
        seen.at(-1).loop = (performance.now() - started) / 1000
      }
      if (event.event === 'epoch' && event.epoch < settings.epochs) {
        seen.push({ bare: await bareEpoch(bare.model, data, order, settings.batch) })
        started = performance.now()
      }
    }
  } finally {
    run[Symbol.dispose]()
    bare[Symbol.dispose]()
    rmSync(checkpoints, { recursive: true })
  }
  return seen
}

export const options = {
  rules: words(['fa']),
  batch: number(64),
  threads: number(2),
  epochs: number(3),
  examples: number(60_000),
}

export async function run({ rules, batch, threads, epochs, examples: count }) {
  const examples = pixels(count)
  const rows = []
  for (const rule of rules) {
    const seen = await measure(examples, { rule, batch, threads, epochs })
    const rate = (way) => Math.round(median(seen.map((one) => count / one[way])))
    const ratios = seen.map(({ bare, loop }) => bare / loop)
    rows.push({
      bench: 'loop',
      network: NETWORK,
      rule,
      batch,
      threads,
      examples: count,
      samplesPerSecond: rate('loop'),
      bareSamplesPerSecond: rate('bare'),
      ofBare: fraction(median(ratios), 1),
      best: fraction(Math.max(...ratios), 1),
      epochs,
    })
  }
  return rows
}

export function print(rows) {
  console.log(`${NETWORK}, ${rows[0].examples} examples, ${rows[0].epochs} epochs`)
  const columns = [
    ['rule', (row) => row.rule],
    ['batch', (row) => row.batch],
    ['threads', (row) => row.threads],
    ['samples/s', (row) => row.samplesPerSecond],
    ['bare', (row) => row.bareSamplesPerSecond],
    ['of bare', (row) => percent(row.ofBare)],
    ['(best)', (row) => percent(row.best)],
  ]
  console.log(table(rows, columns))
}
