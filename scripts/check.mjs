/**
 * What `npm test` runs: form, types, lint, Rust tests, TypeScript tests, each with its time.
 * With --long, as `npm run test:long` has it, the tests bring all their evidence instead of a small
 * share of it: those in TypeScript look at FEEDALIGN_LONG, proptest's at variables of its own.
 *
 * node scripts/check.mjs [--long]
 */
import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

// Kept between calls: what has not changed is as it was. Not of the lint, whose rules look through
// a file at the types of others.
const cache = 'node_modules/.cache'
const prettier = ['--cache', '--cache-strategy=content', `--cache-location=${cache}/prettier`]
const incremental = ['--incremental', '--tsBuildInfoFile', `${cache}/types.tsbuildinfo`]

const typescript = [
  [
    'formatting of TypeScript',
    'npx',
    ['prettier', '--check', '--log-level=warn', ...prettier, '.'],
  ],
  ['types', 'npx', ['tsc', '-p', 'tsconfig.json', ...incremental]],
  ['types of what browsers run', 'npx', ['tsc', '-p', 'ts/report/sweep/client', '--noEmit']],
  ['TypeScript tests', 'npx', ['vitest', 'run'], 'inherit'],
]
const rust = [
  ['formatting of Rust', 'cargo', ['fmt', '--all', '--check']],
  [
    'lint of Rust',
    'cargo',
    ['clippy', '--workspace', '--all-targets', '--quiet', '--', '-D', 'warnings'],
  ],
  ['Rust tests', 'cargo', ['test', '--workspace', '--quiet']],
  // Long, and of one thread: beside the tests of the other language.
  ['lint of TypeScript', 'npx', ['eslint', '.']],
]

const unknown = process.argv.slice(2).find((argument) => argument !== '--long')
if (unknown !== undefined) {
  console.error(`check: ${unknown} is not an argument; --long is the only one`)
  process.exit(2)
}
const long = { FEEDALIGN_LONG: '1', PROPTEST_CASES: '10000' }
const env = {
  PROPTEST_RNG_SEED: '1',
  ...process.env,
  ...(process.argv.includes('--long') ? long : {}),
}
const root = fileURLToPath(new URL('..', import.meta.url))

const failed = new AbortController()

// What is of one language has one core busy for most of its time.
await Promise.all([passed(typescript), passed(rust)])

/** Stage after stage; the first that fails ends the program. */
async function passed(stages) {
  for (const [name, program, args, output = 'pipe'] of stages) {
    const started = Date.now()
    const { ok, said } = await run(program, args, output)
    const seconds = ((Date.now() - started) / 1000).toFixed(1)
    process.stdout.write(`${said}── ${name}: ${ok ? 'passed' : 'FAILED'} in ${seconds} s\n`)
    if (ok) continue
    failed.abort()
    process.exit(1)
  }
}

/** Whether a program ended well, and what it said where that was not seen already. */
function run(program, args, output) {
  return new Promise((resolve) => {
    const stdio = ['ignore', output, output]
    const child = spawn(program, args, { cwd: root, env, stdio, signal: failed.signal })
    let said = ''
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text) => (said += text))
    }
    child.on('error', (error) => resolve({ ok: false, said: `${program}: ${error.message}\n` }))
    child.on('close', (code) => resolve({ ok: code === 0, said }))
  })
}
