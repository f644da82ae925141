/**
 * Loading data sets, each in a process of its own, from the call until its examples are there:
 * MNIST, and a set as large as all of SVHN in SVHN's format, which is made first and removed
 * afterwards (some 2 GB, and minutes). Memory is the highest that the process had, and what of that
 * is not the examples' inputs.
 */
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, statfsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { findMaker } from '../dist/data/make/index.js'
import { median } from './measure.mjs'
import { number, words } from './options.mjs'
import { table } from './table.mjs'

const LOAD = `
  import { findDataSource } from ${JSON.stringify(new URL('../dist/data/sets/index.js', import.meta.url).href)}
  const [name, dataDir] = process.argv.slice(1)
  const started = performance.now()
  const { train, test } = await findDataSource(name).load({ dataDir })
  const milliseconds = performance.now() - started
  const resultBytes = train.inputs.byteLength + test.inputs.byteLength
  const peakBytes = 1024 * process.resourceUsage().maxRSS
  console.log(JSON.stringify({ examples: train.count, milliseconds, peakBytes, resultBytes }))`

/** Bytes on disk for an image: its three planes hardly pack. */
const PER_IMAGE = 3200

async function loading(name, folder) {
  const dataDir = folder === undefined ? [] : [folder]
  const args = ['--input-type=module', '-e', LOAD, '--', name, ...dataDir]
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  let told = ''
  for await (const text of child.stdout.setEncoding('utf8')) told += text
  if (told === '') throw new Error(`${name} was not loaded`)
  return JSON.parse(told)
}

export const options = {
  data: words(['mnist', 'svhn-like'], ['mnist', 'svhn-like']),
  examples: number(604_388),
  rounds: number(3),
}

export async function run({ data, examples, rounds }) {
  const rows = []
  if (data.includes('mnist')) rows.push(await row('mnist', rounds))
  if (data.includes('svhn-like')) rows.push(await madeRow(examples, rounds))
  return rows
}

async function madeRow(examples, rounds) {
  const name = 'svhn-like'
  const { bavail, bsize } = statfsSync(tmpdir())
  const [free, needed] = [bavail * bsize, 1.1 * PER_IMAGE * examples]
  if (free < needed) throw new Error(`${tmpdir()} has ${free} bytes free, ${needed} are needed`)
  const folder = mkdtempSync(join(tmpdir(), 'feedalign-bench-'))
  try {
    await findMaker(name).make({ examples, folder, seed: 1 })
    return await row(name, rounds, folder)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

async function row(data, rounds, folder) {
  const seen = []
  for (let round = 0; round < rounds; round++) seen.push(await loading(data, folder))
  const all = seen.map(({ milliseconds }) => milliseconds)
  const [best, middle] = [Math.min(...all), median(all)].map((one) => Number(one.toFixed(1)))
  const peakBytes = Math.max(...seen.map((one) => one.peakBytes))
  const { examples, resultBytes } = seen[0]
  const beside = peakBytes - resultBytes
  return {
    bench: 'data',
    data,
    examples,
    milliseconds: best,
    medianMilliseconds: middle,
    peakBytes,
    resultBytes,
    besideBytes: beside,
    rounds,
  }
}

export function print(rows) {
  const megabytes = (bytes) => (bytes / 1e6).toFixed(0)
  const columns = [
    ['data', (row) => row.data],
    ['examples', (row) => row.examples],
    ['best, s', (row) => (row.milliseconds / 1000).toFixed(2)],
    ['(median)', (row) => (row.medianMilliseconds / 1000).toFixed(2)],
    ['peak, MB', (row) => megabytes(row.peakBytes)],
    ['inputs, MB', (row) => megabytes(row.resultBytes)],
    ['beside, MB', (row) => megabytes(row.besideBytes)],
  ]
  console.log(table(rows, columns))
}
