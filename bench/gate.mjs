/**
 * Ratios of this run, to the ceiling and to peers, against those committed for this CPU: names what
 * fell by more than 5 %, and fails then. `--write` commits this run's instead.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { withDefaults } from './all.mjs'
import { flag, number } from './options.mjs'
import { ratios } from './ratios.mjs'
import { percent, table } from './table.mjs'

const file = new URL('committed.json', import.meta.url)
const BENCHES = ['gemm', 'step']
/** What a ratio may lose before it counts as fallen. */
const TOLERANCE = 0.05

export const options = { write: flag(), peers: flag(), seconds: number(40) }

export async function run({ write, peers, seconds }, benches) {
  const rows = []
  for (const name of BENCHES) {
    rows.push(...(await withDefaults(await benches[name](), { peers, seconds }, benches)))
  }
  const model = cpus()[0].model.trim()
  const all = JSON.parse(readFileSync(file, 'utf8'))
  const measured = keyed(rows)
  const compared = compare(all[model] ?? {}, measured)
  if (write) {
    const entry = { ...all, [model]: { ...all[model], ...measured } }
    writeFileSync(file, `${JSON.stringify(entry, null, 2)}\n`)
  } else if (all[model] === undefined) {
    console.error(`gate: nothing is committed for ${model}; --write does`)
  } else if (compared.some(({ fell }) => fell)) process.exitCode = 1
  return compared
}

/** Ratios by what they are of: `step fa f32 64 rows 2T` to the ceiling, `… / numpy bp`. */
export function keyed(rows) {
  const ours = rows.filter(({ ofCeiling, peer }) => ofCeiling !== undefined && peer === undefined)
  const name = ({ bench, rule, job, ours: one = rule ?? job, precision, batch, m, threads }) =>
    `${bench} ${one} ${precision} ${batch ?? m} rows ${threads}T`
  return Object.fromEntries([
    ...ours.map((row) => [name(row), row.ofCeiling]),
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
