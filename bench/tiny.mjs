/**
 * A sweep of many trials that have hardly anything to train, by the command itself: what a trial
 * costs beside its training, what of the process's memory grows with their number, and how long
 * `status` and `report` take over them all.
 */
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

const COMMAND = fileURLToPath(new URL('../dist/cli/main.js', import.meta.url))
const EXAMPLES = 128
const CLASSES = 4
/** Of all trials, after which memory is looked at; time is taken from the first of them on. */
const SHARES = [0.1, 0.25, 0.5, 0.75, 1]

/** Files of it go into `folder`. */
export async function overhead({ tiny: trials, workers }, folder) {
  const out = join(folder, 'sweep')
  const looks = await swept(prepare(folder, { trials, workers }), out, trials)
  const [first, last] = [looks[0], looks.at(-1)]
  return {
    ...{ bench: 'sweep', part: 'overhead', trials, workers },
    millisecondsPerTrial: Number(
      ((last.milliseconds - first.milliseconds) / (last.results - first.results)).toFixed(2),
    ),
    megabytes: looks.map(({ megabytes }) => megabytes).join(' '),
    statusSeconds: seconds(['sweep', 'status', out]),
    reportSeconds: seconds(['sweep', 'report', out]),
  }
}

/** A data set of a few lines, and the sweep over it. */
function prepare(folder, { trials, workers }) {
  const data = join(folder, 'tiny.csv')
  const line = (_, i) => {
    const label = i % CLASSES
    return [Math.sin(1.7 * i) + label, Math.cos(2.3 * i) - label, Math.sin(3.1 * i), label].join()
  }
  const lines = Array.from({ length: EXAMPLES }, line)
  writeFileSync(data, `a,b,c,label\n${lines.join('\n')}\n`)
  const file = join(folder, 'tiny.json')
  const train = { data, network: `3-8-${CLASSES}`, epochs: 1, validation: 0.25 }
  const parameters = { learningRate: { min: 1e-3, max: 0.3, log: true } }
  writeFileSync(file, JSON.stringify({ seed: 1, trials, workers, train, parameters }))
  return file
}

/** Runs it to its end; what the process held, and the time, after each share of the results. */
async function swept(spec, out, trials) {
  const child = spawn(process.execPath, [COMMAND, 'sweep', spec, '--out', out, '--json'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const closed = once(child, 'close')
  const wanted = SHARES.map((share) => Math.ceil(share * trials))
  const looks = []
  let results = 0
  for await (const line of createInterface({ input: child.stdout })) {
    if (JSON.parse(line).event !== 'result') continue
    results++
    if (wanted.includes(results)) {
      looks.push({ results, milliseconds: performance.now(), megabytes: megabytesOf(child.pid) })
    }
  }
  const [code] = await closed
  if (code !== 0 || results !== trials) {
    throw new Error(`the sweep ended with ${code} after ${results} of ${trials} trials`)
  }
  return looks
}

/** That are resident of a process. */
function megabytesOf(pid) {
  const { stdout } = spawnSync('ps', ['-o', 'rss=', '-p', String(pid)], { encoding: 'utf8' })
  return Math.round((Number(stdout) * 1024) / 1e6)
}

function seconds(args) {
  const started = performance.now()
  const { status, stderr } = spawnSync(process.execPath, [COMMAND, ...args], { encoding: 'utf8' })
  if (status !== 0) throw new Error(`${args.join(' ')} ended with ${status}: ${stderr}`)
  return Number(((performance.now() - started) / 1000).toFixed(2))
}
