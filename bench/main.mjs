/**
 * `npm run bench -- NAME [--json] [options of that benchmark]`
 *
 * Speed as a share of the multiply-add ceiling that the same run measures: absolute figures
 * depend on the machine and on what else runs there, ratios much less.
 *
 * A benchmark is a module with
 * - `options`: its options by name, made by `./options.mjs`,
 * - `run(options, benches)`: measures; resolves to rows, plain objects, each a line with --json,
 * - `print(rows)`: the same rows for people.
 */
import { cpus } from 'node:os'
import { flag, readOptions } from './options.mjs'

const benches = {
  all: () => import('./all.mjs'),
  augment: () => import('./augment.mjs'),
  data: () => import('./data.mjs'),
  fields: () => import('./fields.mjs'),
  gate: () => import('./gate.mjs'),
  gemm: () => import('./gemm.mjs'),
  load: () => import('./load.mjs'),
  loop: () => import('./loop.mjs'),
  online: () => import('./online.mjs'),
  peers: () => import('./peers.mjs'),
  scale: () => import('./scale.mjs'),
  search: () => import('./search.mjs'),
  sessions: () => import('./sessions.mjs'),
  step: () => import('./step.mjs'),
  sweep: () => import('./sweep.mjs'),
  wasm: () => import('./wasm.mjs'),
}

async function main([name = 'step', ...args]) {
  if (!Object.hasOwn(benches, name)) {
    throw new Error(`no benchmark ${name}; there is ${Object.keys(benches).join(', ')}`)
  }
  const bench = await benches[name]()
  const { json, ...options } = readOptions(args, { json: flag(), ...bench.options })
  const rows = await bench.run(options, benches)
  if (json) for (const row of rows) console.log(JSON.stringify(row))
  else {
    console.log(`${cpus()[0].model.trim()}, node ${process.version}\n`)
    bench.print(rows)
  }
}

main(process.argv.slice(2)).catch((error) => {
  console.error(`bench: ${error.message}`)
  process.exitCode = 1
})
