/**
 * Start-up, in processes of their own: importing the package; from the call of `feedalign train`
 * to its event `start`, from which on the engine works; and to `epoch` 0, after which the first
 * training step follows at once.
 */
import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { median } from './measure.mjs'
import { number, words } from './options.mjs'
import { NETWORK } from './pixels.mjs'
import { table } from './table.mjs'

const built = (file) => fileURLToPath(new URL(`../dist/${file}`, import.meta.url))

const IMPORT = `
  const started = performance.now()
  await import(${JSON.stringify(new URL('../dist/index.js', import.meta.url).href)})
  console.log(performance.now() - started)`

/** The lines of a Node process, each with its milliseconds from the call; it ends with the loop. */
async function* lines(args) {
  const started = performance.now()
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  const gone = new Promise((resolve) => child.once('exit', resolve))
  try {
    for await (const line of createInterface({ input: child.stdout })) {
      yield { line, milliseconds: performance.now() - started }
    }
  } finally {
    child.kill('SIGKILL')
    await gone
  }
}

async function importing() {
  for await (const { line } of lines(['--input-type=module', '-e', IMPORT])) {
    return { import: Number(line) }
  }
}

async function training(data) {
  const train = ['train', '--data', data, '--network', NETWORK, '--json', '--no-save']
  const found = {}
  for await (const { line, milliseconds } of lines([built('cli/main.js'), ...train])) {
    const { event } = JSON.parse(line)
    found[event] = milliseconds
    if (event === 'epoch') return { start: found.start, firstStep: found.epoch }
  }
  throw new Error(`\`feedalign ${train.join(' ')}\` came to no epoch`)
}

export const options = {
  data: words(['mnist'], ['mnist', 'digits']),
  rounds: number(9),
}

export async function run({ data, rounds }) {
  const rows = []
  for (const name of data) {
    const seen = []
    for (let round = 0; round < rounds; round++) {
      seen.push({ ...(await importing()), ...(await training(name)) })
    }
    rows.push(...['import', 'start', 'firstStep'].map((until) => row(name, until, seen)))
  }
  return rows
}

function row(data, until, seen) {
  const all = seen.map((one) => one[until])
  const [best, middle] = [Math.min(...all), median(all)].map((one) => Number(one.toFixed(1)))
  const what = until === 'import' ? {} : { data, network: NETWORK }
  return { bench: 'load', until, ...what, milliseconds: best, medianMilliseconds: middle }
}

export function print(rows) {
  const columns = [
    ['until', (row) => row.until],
    ['data', (row) => row.data ?? ''],
    ['best, ms', (row) => row.milliseconds.toFixed(0)],
    ['(median)', (row) => row.medianMilliseconds.toFixed(0)],
  ]
  console.log(table(rows, columns))
}
