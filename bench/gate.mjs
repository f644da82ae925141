/**
 * Ratios of this run, to the ceiling, to the bandwidth and to peers, against those committed for
 * this CPU and kernel: names what fell by more than 5 %, and fails then. `--write` commits this
 * run's instead.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { withDefaults } from './all.mjs'
import { flag, number } from './options.mjs'
import { ratios, what } from './ratios.mjs'
import { percent, table } from './table.mjs'

const FILE = new URL('committed.json', import.meta.url)
const BENCHES = ['gemm', 'step', 'online']
/** What a ratio may lose before it counts as fallen. */
const TOLERANCE = 0.05

/** `seconds` are those of each benchmark; its own unless told. */
export const options = { write: flag(), peers: flag(), seconds: number() }

export async function run({ write, peers, seconds }, benches, file = FILE) {
  const given = seconds === undefined ? { peers } : { peers, seconds }
  const rows = []
  for (const name of BENCHES) {
    rows.push(...(await withDefaults(await benches[name](), given, benches)))
  }
  const measured = keyed(rows)
  const machine = `${cpus()[0].model.trim()}, ${rows[0].kernel}`
  const all = JSON.parse(readFileSync(file, 'utf8'))
  const compared = compare(all[machine] ?? {}, measured)
  if (write) {
    const entry = { ...all, [machine]: { ...all[machine], ...measured } }
    writeFileSync(file, `${JSON.stringify(entry, null, 2)}\n`)
    console.error(`gate: ${Object.keys(measured).length} ratios are kept for ${machine}`)
  } else if (all[machine] === undefined) {
    console.error(`gate: nothing is committed for ${machine}; --write does`)
  } else if (compared.some(({ fell }) => fell)) process.exitCode = 1
  return compared
}

/**
 * Ratios by what they are of: `step fa f32 64 rows 2T` to the ceiling, `online fa digits f32 1 rows
 * 2T` to the bandwidth, `… / numpy bp` to a peer.
 */
export function keyed(rows) {
  const share = ({ ofCeiling, ofBandwidth }) => ofCeiling ?? ofBandwidth
  const ours = rows.filter((row) => share(row) !== undefined && row.peer === undefined)
  const name = (row) => {
    const { bench, ours: one = what(row), precision, batch, m, threads } = row
    return `${bench} ${one} ${precision} ${batch ?? m} rows ${threads}T`
  }
  return Object.fromEntries([
    ...ours.map((row) => [name(row), share(row)]),
    ...ratios(rows).map((row) => [`${name(row)} / ${row.peer} ${row.theirs}`, row.ratio]),
  ])
}

/** What stands in both, with its change, and whether it fell by more than the tolerance. */
export function compare(committed, measured) {
  return Object.entries(measured)
    .filter(([key]) => Object.hasOwn(committed, key))
    .map(([key, now]) => {
      const change = now / committed[key] - 1
      const fell = change < -TOLERANCE
      return { bench: 'gate', ratio: key, committed: committed[key], measured: now, change, fell }
    })
}

export function print(rows) {
  const fallen = rows.filter(({ fell }) => fell)
  const columns = [
    ['fell', (row) => row.ratio],
    ['committed', (row) => row.committed.toFixed(3)],
    ['now', (row) => row.measured.toFixed(3)],
    ['change', (row) => percent(row.change)],
  ]
  console.log(`${rows.length} ratios compared, ${fallen.length} fell by more than 5 %`)
  if (fallen.length > 0) console.log(table(fallen, columns))
}
