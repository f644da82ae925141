/**
 * Start-up, in processes of their own: importing the package; and from the call of `feedalign
 * train` until it starts, until the untrained network is measured (`epoch 0`), and until the first
 * step of training has run (`firstStep`), as its own progress tells.
 */
import { spawn } from 'node:child_process'
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

/** Progress is told to terminals alone, so standard error passes for one. */
const TERMINAL = 'data:text/javascript,process.stderr.isTTY = true'

/** What a Node process tells until the loop is left, with its milliseconds since the call. */
async function* told(args, stream) {
  const started = performance.now()
  const stdio = ['ignore', 'ignore', 'inherit']
  stdio[stream] = 'pipe'
  const child = spawn(process.execPath, args, { stdio })
  const gone = new Promise((resolve) => child.once('exit', resolve))
  try {
    for await (const text of child.stdio[stream].setEncoding('utf8')) {
      yield { text, milliseconds: performance.now() - started }
    }
  } finally {
    child.kill('SIGKILL')
    await gone
  }
}

async function importing() {
  for await (const { text } of told(['--input-type=module', '-e', IMPORT], 1)) {
    return { import: Number(text) }
  }
}

async function training(data) {
  const train = ['train', '--data', data, '--network', NETWORK, '--no-save']
  const args = ['--import', TERMINAL, built('cli/main.js'), ...train]
  const found = {}
  let all = ''
  for await (const { text, milliseconds } of told(args, 2)) {
    all += text
    // At the start the line is cleared, which is the first that is written.
    found.start ??= milliseconds
    if (all.includes('epoch 0')) found.epoch0 ??= milliseconds
    if (/step \d/.test(all)) return { ...found, firstStep: milliseconds }
  }
  throw new Error(`\`feedalign ${train.join(' ')}\` came to no step: ${all}`)
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
    rows.push(...['import', 'start', 'epoch0', 'firstStep'].map((until) => row(name, until, seen)))
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
