/**
 * Trials in worker threads: throughput of two against one, memory of two against one, and what a
 * trial costs beside its training.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { loadData, resolveConfig } from '../dist/config/index.js'
import { poolExecutor } from '../dist/sweep/workers/pool.js'
import { fraction, median } from './measure.mjs'
import { number, words } from './options.mjs'
import { table } from './table.mjs'
import { overhead } from './tiny.mjs'

const MEGABYTE = 1e6
/** Of the network whose memory is measured. */
const LARGE = '784-1500-1500-1500-10'
/** That each of the workers has told when memory has been measured. */
const EVENTS = 10

export const options = {
  parts: words(['throughput', 'memory', 'overhead'], ['throughput', 'memory', 'overhead']),
  /** Of 64 trials by one worker, then by two, or the other way round. */
  rounds: number(2),
  /** Of the networks of these trials. */
  epochs: number(2),
  /** Trials of a sweep that hardly trains. */
  tiny: number(10_000),
  /** Of that sweep. */
  workers: number(1),
  data: words(['mnist']),
}

const measures = { throughput, memory, overhead }

export async function run({ parts, ...given }) {
  const folder = mkdtempSync(join(tmpdir(), 'feedalign-bench-'))
  try {
    const rows = []
    for (const part of parts) rows.push(await measures[part](given, folder))
    return rows
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function configOf(settings) {
  return resolveConfig(
    new Map(Object.entries(settings).map(([key, value]) => [key, { value, where: key }])),
  )
}

const jobOf = (config, trial, folder) => ({
  ...{ trial, config, from: 0, to: config.epochs, last: true, metric: 'validationError' },
  folder: join(folder, String(trial)),
})

/** Has an executor do jobs, as many at once as it can; throws where one fails. */
async function doAll(executor, jobs) {
  const left = [...jobs]
  const next = async () => {
    for (let job; (job = left.shift());) {
      const ended = await executor.run(job, () => undefined)
      if (ended.state !== 'done') throw new Error(`trial ${job.trial}: ${JSON.stringify(ended)}`)
    }
  }
  await Promise.all(Array.from({ length: executor.capacity }, next))
}

/** Rule × learning rate × feedback's scale × seed. */
function grid(epochs, folder) {
  const shared = { network: '784-256-256-10', epochs, validation: 0.2, data: 'digits' }
  const configs = ['fa', 'dfa'].flatMap((rule) =>
    [0.01, 0.02, 0.05, 0.1].flatMap((learningRate) =>
      [0.5, 1, 2, 4].flatMap((feedbackScale) =>
        [1, 2].map((seed) => configOf({ ...shared, rule, learningRate, feedbackScale, seed })),
      ),
    ),
  )
  return configs.map((config, trial) => jobOf(config, trial, folder))
}

async function throughput({ rounds, epochs }, folder) {
  const jobs = grid(epochs, folder)
  const loaded = await loadData(jobs[0].config)
  const pools = [1, 2].map((workers) => poolExecutor({ loaded, workers }))
  for (const pool of pools) await doAll(pool, jobs.slice(0, 4))
  const seconds = [[], []]
  for (let round = 0; round < rounds; round++) {
    for (const which of round % 2 === 0 ? [0, 1] : [1, 0]) {
      const started = performance.now()
      await doAll(pools[which], jobs)
      seconds[which].push((performance.now() - started) / 1000)
    }
  }
  for (const pool of pools) await pool[Symbol.asyncDispose]()
  const [one, two] = seconds.map((all) => Number(median(all).toFixed(2)))
  const ratios = seconds[0].map((alone, round) => alone / seconds[1][round])
  return {
    ...{
      bench: 'sweep',
      part: 'throughput',
      trials: jobs.length,
      oneSeconds: one,
      twoSeconds: two,
    },
    ...{ ratio: fraction(median(ratios), 1), best: fraction(Math.max(...ratios), 1), rounds },
  }
}

/** What a process of its own tells of so many workers that each train the network. */
async function memoryOf(workers, data) {
  const args = [fileURLToPath(import.meta.url), String(workers), data]
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  let said = ''
  child.stdout.setEncoding('utf8').on('data', (text) => (said += text))
  const [code] = await once(child, 'close')
  if (code !== 0) throw new Error(`the process of ${workers} workers ended with ${code}`)
  return JSON.parse(said)
}

async function memory({ data: [data] }) {
  const one = await memoryOf(1, data)
  const two = await memoryOf(2, data)
  const megabytes = (bytes) => Math.round(bytes / MEGABYTE)
  return {
    ...{ bench: 'sweep', part: 'memory', data, network: LARGE },
    oneMegabytes: megabytes(one.most),
    twoMegabytes: megabytes(two.most),
    networkMegabytes: megabytes(one.network),
    beyondMegabytes: megabytes(two.most - one.most - one.network),
  }
}

/** In a process of its own: prints the most memory seen while workers train, and a network's. */
async function measureMemory(workers, data) {
  const folder = mkdtempSync(join(tmpdir(), 'feedalign-bench-'))
  const config = configOf({ data, network: LARGE, rule: 'fa', epochs: 1, validation: 0.1 })
  const executor = poolExecutor({ loaded: await loadData(config), workers })
  const told = new Array(workers).fill(0)
  const running = told.map(async (_, trial) => {
    const ended = await executor.run(jobOf(config, trial, folder), () => told[trial]++)
    if (ended.state !== 'interrupted') throw new Error(`trial ${trial}: ${JSON.stringify(ended)}`)
  })
  let most = 0
  while (told.some((events) => events < EVENTS)) {
    await Promise.race([setTimeout(50), ...running])
    most = Math.max(most, process.memoryUsage.rss())
  }
  executor.stop()
  await Promise.all(running)
  await executor[Symbol.asyncDispose]()
  rmSync(folder, { recursive: true, force: true })
  console.log(JSON.stringify({ most, network: networkBytes() }))
}

/** Of the weights and the feedback of the large network under fa. */
function networkBytes() {
  const sizes = LARGE.split('-').map(Number)
  const products = sizes.slice(1).map((size, i) => size * sizes[i])
  const weights = products.reduce((sum, one) => sum + one, 0)
  return 4 * (2 * weights - products[0])
}

export function print(rows) {
  for (const { bench, part, ...row } of rows) {
    console.log(`${bench}, ${part}`)
    console.log(
      table(
        [row],
        Object.keys(row).map((key) => [key, () => row[key]]),
      ),
      '\n',
    )
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await measureMemory(Number(process.argv[2]), process.argv[3])
}
