/**
 * What searches find: real sweeps of MNIST under several sweep seeds, by random search, by TPE, and
 * by random search under asha, which has the configurations of the first. Of each, the validation
 * error of the best configuration trained to the end, and the epochs of all its trials.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sweep } from '../dist/sweep/index.js'
import { number, words } from './options.mjs'
import { table } from './table.mjs'

const SEARCHES = {
  random: { sampler: 'random' },
  tpe: { sampler: 'tpe' },
  asha: { sampler: 'random', pruner: 'asha' },
}

const PARAMETERS = {
  rule: { choices: ['bp', 'fa', 'dfa'] },
  activation: { choices: ['tanh', 'relu'] },
  learningRate: { min: 1e-3, max: 1, log: true },
  momentum: { min: 0, max: 0.95 },
  weightDecay: { min: 1e-6, max: 1e-2, log: true },
  weightScale: { min: 0.1, max: 2, log: true },
  batch: { choices: [32, 64, 128] },
}

export const options = {
  searches: words(Object.keys(SEARCHES), Object.keys(SEARCHES)),
  /** Of the sweep: 1 to this. */
  seeds: number(10),
  trials: number(60),
  epochs: number(9),
  data: words(['mnist']),
}

export async function run({ searches, seeds, ...size }) {
  const rows = []
  for (let seed = 1; seed <= seeds; seed++) {
    const row = { bench: 'search', seed }
    for (const name of searches) row[name] = await search({ ...SEARCHES[name], seed }, size)
    rows.push(row)
    console.error(JSON.stringify(row))
  }
  return rows
}

async function search(how, { trials, epochs, data: [data] }) {
  const folder = mkdtempSync(join(tmpdir(), 'feedalign-bench-'))
  const train = { data, network: '784-32-10', epochs, validation: 0.2 }
  try {
    let last
    const events = sweep({ ...how, trials, train, parameters: PARAMETERS }, { folder })
    for await (const event of events) last = event
    const { best, epochs: trained, failed } = last
    return { error: best.value, epochs: trained, failed }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

const percent = (error) => (100 * error).toFixed(2)

export function print(rows) {
  const searches = Object.keys(SEARCHES).filter((name) => name in rows[0])
  const mean = (name, what) => rows.reduce((sum, row) => sum + row[name][what], 0) / rows.length
  const means = searches.map((name) => [
    name,
    { error: mean(name, 'error'), epochs: Math.round(mean(name, 'epochs')) },
  ])
  const columns = searches.flatMap((name) => [
    [`${name}, %`, (row) => percent(row[name].error)],
    ['epochs', (row) => row[name].epochs],
  ])
  const all = [...rows, { seed: 'mean', ...Object.fromEntries(means) }]
  console.log(table(all, [['seed', ({ seed }) => seed], ...columns]))
}
