/** Every benchmark with its own defaults, one after the other; not data, which fills a disk. */
import { flag, readOptions } from './options.mjs'

const ORDER = ['gemm', 'step', 'online', 'scale', 'augment', 'sessions', 'wasm', 'load']

export const options = { peers: flag() }

let modules = []

export async function run({ peers }, benches) {
  const names = ORDER.filter((name) => Object.hasOwn(benches, name))
  modules = await Promise.all(names.map(async (name) => [name, await benches[name]()]))
  const rows = []
  for (const [, bench] of modules) rows.push(...(await withDefaults(bench, { peers }, benches)))
  return rows
}

/** A benchmark's rows at its defaults, beside peers if it knows any. */
export function withDefaults(bench, { peers, ...given }, benches) {
  const defaults = readOptions([], bench.options)
  const known = Object.hasOwn(bench.options, 'peers') ? { peers } : {}
  return bench.run({ ...defaults, ...known, ...given }, benches)
}

export function print(rows) {
  for (const [name, bench] of modules) {
    console.log(`\n── ${name}`)
    bench.print(rows.filter((row) => row.bench === name))
  }
}
