/** Runs every subject's `run` in turn until `seconds` are over; rates gather in `rates`. */
export async function interleave(subjects, seconds) {
  for (const subject of subjects) {
    subject.rates = []
    // Twice for warmth: the first call finds its own length, the second meets cold caches.
    await subject.run()
    await subject.run()
  }
  const end = performance.now() + seconds * 1000
  do {
    for (const subject of subjects) subject.rates.push(await subject.run())
  } while (performance.now() < end)
}

export function median(values) {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}

/** a / b to four digits. */
export function fraction(a, b) {
  return Number((a / b).toFixed(4))
}
