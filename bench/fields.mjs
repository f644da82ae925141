/**
 * Training steps of networks with local receptive fields beside those of the dense network of as
 * many units, in alternation: which share of the multiply-adds that fields save is time saved.
 */
import { localFields } from '../dist/experiments/local-fields.js'
import { fraction, interleave, median } from './measure.mjs'
import { number, words } from './options.mjs'
import { examples, prepare } from './step.mjs'
import { percent, table } from './table.mjs'

export const options = {
  rules: words(['bp', 'fa']),
  batch: number(64),
  threads: number(2),
  seconds: number(30),
}

export async function run({ rules, batch, threads, seconds }) {
  const data = examples()
  const groups = rules.map((rule) =>
    localFields.rows.map(({ settings: { network } }) => {
      const subject = prepare(rule, 'f32', batch, threads, {}, data, network)
      return Object.assign(subject, { network })
    }),
  )
  // Takes part in every round, for the others to be compared with.
  for (const [dense] of groups) dense.ceiling = true
  await interleave(groups.flat(), seconds)
  return groups.flatMap(([dense, ...others]) => others.map((one) => row(one, dense)))
}

/** Rates of the same round are compared: what else the machine does strikes both. */
function row(one, dense) {
  const times = one.rates.map((rate, i) => dense.rates[one.rounds[i]] / rate)
  const [most, denseMost] = [one, dense].map(({ rates }) => Math.max(...rates))
  const [time, medianTime] = [1 - denseMost / most, 1 - median(times)]
  const fewer = 1 - one.flops / dense.flops
  return {
    ...{ bench: 'fields', rule: one.rule, network: one.network, dense: dense.network },
    ...{ batch: one.batch, threads: one.threads },
    samplesPerSecond: Math.round(most),
    denseSamplesPerSecond: Math.round(denseMost),
    multiplyAddsSaved: fraction(fewer, 1),
    timeSaved: fraction(time, 1),
    medianTimeSaved: fraction(medianTime, 1),
    share: fraction(time, fewer),
    medianShare: fraction(medianTime, fewer),
  }
}

export function print(rows) {
  const { dense, batch, threads } = rows[0]
  console.log(`beside ${dense}, batch ${batch}, threads ${threads}`)
  const columns = [
    ['rule', ({ rule }) => rule],
    ['network', ({ network }) => network],
    ['samples/s', ({ samplesPerSecond }) => samplesPerSecond],
    ['(dense)', ({ denseSamplesPerSecond }) => denseSamplesPerSecond],
    ['multiply-adds saved', ({ multiplyAddsSaved }) => percent(multiplyAddsSaved)],
    ['time saved', ({ timeSaved }) => percent(timeSaved)],
    ['(median)', ({ medianTimeSaved }) => percent(medianTimeSaved)],
    ['of that', ({ share }) => percent(share)],
    ['(median)', ({ medianShare }) => percent(medianShare)],
  ]
  console.log(table(rows, columns))
}
