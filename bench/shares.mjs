/** What rates say beside a ceiling's. */
import { fraction, median, spread, stable } from './measure.mjs'
import { percent, table } from './table.mjs'

/**
 * Of the best ceiling: the best (`ofCeiling`) and the median rate; `inRound` is the median of the
 * ratio to the ceiling of the same round, whose clock was alike; `spread` is the interquartile
 * range of the rates as a share of their median. A rate counts `flops` each.
 */
export function shares({ rates, rounds }, ceiling, flops) {
  const peak = Math.max(...ceiling.rates)
  const peaks = new Map(ceiling.rounds.map((round, i) => [round, ceiling.rates[i]]))
  const inRound = rates.map((rate, i) => rate / peaks.get(rounds[i]))
  return {
    ofCeiling: fraction(Math.max(...rates) * flops, peak),
    medianOfCeiling: fraction(median(rates) * flops, peak),
    inRound: fraction(median(inRound) * flops, 1),
    spread: fraction(spread(rates), 1),
    rounds: rates.length,
    stable: stable(rates),
  }
}

/** The best ceiling, and what it means in the cycles that were measured beside it. */
export function ceilingFields({ threads, rates, clocks }) {
  const best = Math.max(...rates)
  const gflops = { ceilingGflops: Number((best / 1e9).toFixed(1)) }
  if (clocks.length === 0) return gflops
  const hertz = median(clocks)
  const [gigahertz, perCycle] = [fraction(hertz, 1e9), fraction(best / threads, hertz)]
  return { ...gflops, gigahertz, ceilingFlopsPerCycle: perCycle }
}

export const shareColumns = [
  ['of ceiling', (row) => percent(row.ofCeiling)],
  ['(median)', (row) => percent(row.medianOfCeiling)],
  ['in round', (row) => row.inRound && percent(row.inRound)],
  ['spread', (row) => percent(row.spread)],
  ['rounds', (row) => `${row.rounds}${row.stable ? ' ' : '*'}`],
]

/** The ceilings of these rows, a line each, and what the columns above mean. */
export function printCeilings(rows) {
  const key = ({ precision, threads }) => `${precision} ${threads}`
  const ours = rows.filter(({ ceilingGflops }) => ceilingGflops !== undefined)
  const ceilings = [...new Map(ours.map((row) => [key(row), row])).values()]
  const columns = [
    ['ceiling', (row) => row.precision],
    ['threads', (row) => row.threads],
    ['GFLOP/s', (row) => row.ceilingGflops.toFixed(1)],
    ['GHz', (row) => row.gigahertz?.toFixed(2)],
    ['FLOP a cycle and core', (row) => row.ceilingFlopsPerCycle?.toFixed(1)],
  ]
  console.log(`\n${table(ceilings, columns)}`)
  console.log(
    '\nof ceiling: best over the best ceiling; in round: median of the ratio to the ceiling of' +
      '\nthe same round; spread: interquartile range over median; *: its best still moved',
  )
}
