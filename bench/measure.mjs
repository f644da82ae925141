/** Seconds beyond those asked for, as a share of them, that unstable subjects may take. */
const EXTRA = 0.5
/** How far the best may have moved within the last third of the rounds. */
const MOVED = 0.01

/**
 * Runs every subject's `run` in turn until `seconds` are over, then those that are not stable for
 * at most half as long again; a subject that is a `ceiling` takes part in every round. Rates gather
 * in `rates`, the round that each is of in `rounds`.
 */
export async function interleave(subjects, seconds) {
  for (const subject of subjects) {
    Object.assign(subject, { rates: [], rounds: [] })
    // Twice for warmth: the first call finds its own length, the second meets cold caches.
    await subject.run()
    await subject.run()
  }
  const start = performance.now()
  const past = () => (performance.now() - start) / 1000
  const moving = ({ rates }) => !stable(rates)
  let round = 0
  do await measure(subjects, round++)
  while (past() < seconds)
  while (past() < (1 + EXTRA) * seconds && subjects.some((one) => !one.ceiling && moving(one))) {
    await measure(
      subjects.filter((one) => one.ceiling || moving(one)),
      round++,
    )
  }
}

async function measure(subjects, round) {
  for (const subject of subjects) {
    subject.rates.push(await subject.run())
    subject.rounds.push(round)
  }
}

/** Whether the last third of the rounds left the best where it was, to within a per cent. */
export function stable(rates) {
  const before = rates.slice(0, rates.length - Math.ceil(rates.length / 3))
  return before.length > 0 && Math.max(...rates) <= (1 + MOVED) * Math.max(...before)
}

export const median = (values) => quantile(values, 0.5)

/** The interquartile range as a share of the median. */
export function spread(values) {
  return (quantile(values, 0.75) - quantile(values, 0.25)) / median(values)
}

/** Between neighbours in proportion. */
function quantile(values, share) {
  const sorted = [...values].sort((a, b) => a - b)
  const place = share * (sorted.length - 1)
  const [low, high] = [sorted[Math.floor(place)], sorted[Math.ceil(place)]]
  return low + (high - low) * (place - Math.floor(place))
}

/** a / b to four digits. */
export function fraction(a, b) {
  return Number((a / b).toFixed(4))
}
