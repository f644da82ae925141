/** Ours over the peers' in the same run, from the rows of a benchmark. */
import { fraction } from './measure.mjs'
import { table } from './table.mjs'

/** Rules of ours that stand against a peer's: all carry a signal down as its rule does. */
const AGAINST = { bp: ['bp', 'fa'], dfa: ['dfa'] }

const same = (names) => (a, b) => names.every((name) => a[name] === b[name])
const samePlace = {
  step: same(['precision', 'batch', 'threads']),
  gemm: same(['job', 'precision', 'm', 'threads']),
  online: same(['precision', 'batch', 'threads']),
}

/** Whose a row is: a peer's name with its form, or `ours`. */
export const byWhom = ({ peer = 'ours', form }) => (form === undefined ? peer : `${peer} (${form})`)

/** What of ours a row measures: a rule, by which optimizer, on which inputs; a product. */
export const what = ({ rule, job, optimizer = 'sgd', inputs }) =>
  [rule ?? job, optimizer === 'sgd' ? '' : optimizer, inputs].filter(Boolean).join(' ')

/** A row per pair of ours and a peer's: `{ ours, peer, ratio, … }`. */
export function ratios(rows) {
  const peers = rows.filter(({ peer, missing }) => peer !== undefined && missing === undefined)
  return peers.flatMap((theirs) =>
    rows
      .filter((row) => row.peer === undefined && row.bench === theirs.bench)
      .filter((row) => samePlace[row.bench](row, theirs))
      // Peers go by SGD.
      .filter(({ optimizer = 'sgd' }) => optimizer === 'sgd')
      .filter((row) => row.rule === undefined || AGAINST[theirs.rule].includes(row.rule))
      .map((ours) => pair(ours, theirs)),
  )
}

function pair(ours, theirs) {
  const { bench, precision, threads, batch = ours.m } = ours
  const speed = (row) => row.samplesPerSecond ?? row.gflops
  return {
    bench,
    ours: what(ours),
    peer: byWhom(theirs),
    theirs: theirs.rule ?? theirs.job,
    precision,
    batch,
    threads,
    ratio: fraction(speed(ours), speed(theirs)),
  }
}

const ratioColumns = [
  ['ours', (row) => row.ours],
  ['peer', (row) => `${row.peer} ${row.theirs}`],
  ['precision', (row) => row.precision],
  ['batch', (row) => row.batch],
  ['threads', (row) => row.threads],
  ['ours / peer', (row) => row.ratio.toFixed(2)],
]

/** Rows as a table of `columns`, below it the peers that are missing and the ratios to others. */
export function printWithPeers(rows, columns) {
  const measured = rows.filter(({ missing }) => missing === undefined)
  console.log(table(measured, columns))
  for (const { peer, missing } of rows) if (missing) console.log(`\n${peer} is missing: ${missing}`)
  const pairs = ratios(rows)
  if (pairs.length > 0) console.log(`\n${table(pairs, ratioColumns)}`)
}
