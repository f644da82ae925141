/** What `npm test` runs: form, types, lint, Rust tests, TypeScript tests, each with its time. */
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

const root = fileURLToPath(new URL('..', import.meta.url))
for (const [name, program, args] of stages) {
  console.log(`\n── ${name}`)
  const started = Date.now()
  const { status } = spawnSync(program, args, { cwd: root, stdio: 'inherit' })
  console.log(
    `── ${name}: ${status === 0 ? 'passed' : 'FAILED'} in ${((Date.now() - started) / 1000).toFixed(1)} s`,
  )
  if (status !== 0) process.exit(1)
}
