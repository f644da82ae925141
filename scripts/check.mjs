/**
 * What `npm test` runs: form, types, lint, Rust tests, TypeScript tests, each with its time.
 * With --long, as `npm run test:long` has it, the tests bring all their evidence instead of a small
 * share of it: those in TypeScript look at FEEDALIGN_LONG, proptest's at variables of its own.
 *
 * node scripts/check.mjs [--long]
 */
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const stages = [
  ['formatting of TypeScript', 'npx', ['prettier', '--check', '--log-level=warn', '.']],
  ['formatting of Rust', 'cargo', ['fmt', '--all', '--check']],
  ['types', 'npx', ['tsc', '-p', 'tsconfig.json']],
  ['lint of TypeScript', 'npx', ['eslint', '.']],
  [
    'lint of Rust',
    'cargo',
    ['clippy', '--workspace', '--all-targets', '--quiet', '--', '-D', 'warnings'],
  ],
  ['Rust tests', 'cargo', ['test', '--workspace', '--quiet']],
  ['TypeScript tests', 'npx', ['vitest', 'run']],
]

const unknown = process.argv.slice(2).find((argument) => argument !== '--long')
if (unknown !== undefined) {
  console.error(`check: ${unknown} is not an argument; --long is the only one`)
  process.exit(2)
}
const long = { FEEDALIGN_LONG: '1', PROPTEST_CASES: '10000', PROPTEST_RNG_SEED: '1' }
const env = { ...process.env, ...(process.argv.includes('--long') ? long : {}) }
const root = fileURLToPath(new URL('..', import.meta.url))
for (const [name, program, args] of stages) {
  console.log(`\n── ${name}`)
  const started = Date.now()
  const { status } = spawnSync(program, args, { cwd: root, env, stdio: 'inherit' })
  console.log(
    `── ${name}: ${status === 0 ? 'passed' : 'FAILED'} in ${((Date.now() - started) / 1000).toFixed(1)} s`,
  )
  if (status !== 0) process.exit(1)
}
