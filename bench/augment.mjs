/**
 * What distorting its images adds to a step of the talk's MNIST network, in processor time on one
 * thread: neighbours on the machine, who come and go, change that far less than the time by a
 * clock.
 */
import { parseAugmentation } from '../dist/training/augmentation.js'
import { fraction, interleave, median } from './measure.mjs'
import { number, words } from './options.mjs'
import { engineData, NETWORK, pixels, trained } from './pixels.mjs'
import { percent, table } from './table.mjs'

const EXAMPLES = 4096
/** Of a call: some 100 ms at batch 64. */
const STEPS = 8
/** One by one, and all that is not a crop, which a shift makes superfluous. */
const DISTORTIONS = ['shift=2', 'crop=2', 'rotation=10', 'zoom=0.1', 'shear=10', 'elastic=1:4']
const ALL = DISTORTIONS.filter((name) => !name.startsWith('crop')).join(',')

/**
 * Steps on images as they are, or as `text` distorts them; a call gives steps a second of
 * processor.
 */
function prepare(examples, data, text, { rule, batch }) {
  const augment = text === '' ? {} : parseAugmentation(text)
  const { model } = trained(examples, { rule, batch, threads: 1, augment })
  const { knobs: names } = model.program.phases.find(({ name }) => name === 'train')
  const values = { epoch: 1, learningRate: 1e-4 }
  const knobs = Float32Array.from(
    Array(STEPS)
      .fill(names.map((name) => values[name]))
      .flat(),
  )
  const order = Uint32Array.from({ length: STEPS * batch }, (_, i) => i % EXAMPLES)
  const run = async () => {
    const started = process.cpuUsage()
    await model.run('train', data, order, knobs)
    const { user, system } = process.cpuUsage(started)
    return (1e6 * STEPS) / (user + system)
  }
  return { text, run, kernel: model.kernel }
}

export const options = {
  rules: words(['fa']),
  batch: number(64),
  seconds: number(30),
}

export async function run({ rules: [rule], batch, seconds }) {
  const examples = pixels(EXAMPLES)
  const data = engineData(examples)
  const how = { rule, batch }
  // Takes part in every round, for the others to be compared with.
  const plain = { ...prepare(examples, data, '', how), ceiling: true }
  const cases = [...DISTORTIONS, ALL].map((text) => prepare(examples, data, text, how))
  await interleave([plain, ...cases], seconds)
  return cases.map((one) => row(one, plain, how))
}

function row({ text, kernel, rates, rounds }, plain, how) {
  const milliseconds = (steps) => Number((1000 / Math.max(...steps)).toFixed(3))
  const ratios = rates.map((rate, place) => plain.rates[rounds[place]] / rate)
  return {
    bench: 'augment',
    network: NETWORK,
    ...how,
    kernel,
    augment: text,
    plainMilliseconds: milliseconds(plain.rates),
    milliseconds: milliseconds(rates),
    ofPlain: fraction(Math.max(...plain.rates), Math.max(...rates)),
    ofPlainInRound: fraction(median(ratios), 1),
    rounds: rates.length,
  }
}

export function print(rows) {
  const { network, rule, batch, kernel, plainMilliseconds } = rows[0]
  console.log(`${network}, ${rule}, batch ${batch}, kernel ${kernel}`)
  console.log(`${plainMilliseconds} ms a step on images as they are`)
  const columns = [
    ['distorted by', (row) => row.augment],
    ['ms a step', (row) => row.milliseconds],
    ['of plain', (row) => percent(row.ofPlain)],
    ['in round', (row) => percent(row.ofPlainInRound)],
    ['rounds', (row) => row.rounds],
  ]
  console.log(table(rows, columns))
}
