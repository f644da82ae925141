import { availableParallelism } from 'node:os'
import { fitOptions, loadData } from '../../config/index.js'
import { duration, grouped } from '../../report/format.js'
import { studyOptions } from '../../sweep/plan.js'
import type { Spec } from '../../sweep/spec.js'
import { configOf } from '../../sweep/trial.js'
import { fit } from '../../training/fit.js'
import type { PrintFlags } from '../options.js'
import { ON_TEST } from './figures.js'

/** Configurations that are trained for a moment, and milliseconds for each. */
const [MEASURED, MILLISECONDS] = [3, 1500]

/** How much a sweep trains at most, and for how long by a short measurement. */
export async function dryRun(spec: Spec, { json }: PrintFlags): Promise<void> {
  const { configurations, repeats, epochs } = studyOptions(spec)
  const trials = configurations * repeats
  const workers = spec.workers ?? availableParallelism()
  const secondsPerEpoch = await measured(spec, configurations)
  const seconds = (trials * epochs * secondsPerEpoch) / Math.min(workers, trials)
  const counts = { configurations, trials, epochs: trials * epochs, workers }
  const onTest = spec.metric === 'testError'
  if (json === true) {
    console.log(JSON.stringify({ event: 'plan', ...counts, secondsPerEpoch, seconds, onTest }))
    return
  }
  console.log(
    `${grouped(configurations)} configurations × ${repeats} repeats = ${grouped(trials)} trials, ` +
      `${grouped(counts.epochs)} epochs at most`,
  )
  console.log(
    `about ${duration(seconds)} with ${workers} workers, at ${secondsPerEpoch.toPrecision(2)} s ` +
      'an epoch and worker',
  )
  if (onTest) console.log(ON_TEST)
}

/** Seconds of an epoch with its evaluation, by a moment of each of the first configurations. */
async function measured(spec: Spec, configurations: number): Promise<number> {
  const { sampler } = studyOptions(spec)
  const count = Math.min(MEASURED, configurations)
  const configs = Array.from({ length: count }, (_, configuration) =>
    configOf(spec, { parameters: sampler.draw(configuration, [], []), repeat: 0 }),
  )
  const loaded = await loadData(configs[0] ?? configOf(spec, { parameters: {}, repeat: 0 }))
  let sum = 0
  for (const config of configs) {
    const { test, ...options } = fitOptions(config, loaded)
    const used = spec.metric === 'testError' && test !== undefined ? { test } : {}
    sum += await secondsPerEpoch({ ...options, ...used })
  }
  return sum / count
}

async function secondsPerEpoch(options: Parameters<typeof fit>[0]): Promise<number> {
  const stop = new AbortController()
  using run = fit({ ...options, signal: stop.signal })
  let [started, epochs, seconds] = [performance.now(), 0, 0]
  for await (const event of run) {
    if (event.event === 'epoch' && event.epoch === 0) started = performance.now()
    if (event.event === 'progress') epochs = event.epoch - 1 + event.step / event.steps
    if (event.event === 'progress' || event.event === 'epoch') {
      seconds = (performance.now() - started) / 1000
    }
    if (seconds * 1000 > MILLISECONDS) stop.abort()
  }
  return seconds / Math.max(epochs, Number.EPSILON)
}
