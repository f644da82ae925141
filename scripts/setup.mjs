/**
 * What `npm start` and `npm test` call first: installs, builds, prepares. Each step runs only when
 * what it is made from has changed, so a second call costs a moment. Node's own modules only, as
 * nothing is installed yet.
 *
 * node scripts/setup.mjs [--wasm]
 */
import { existsSync } from 'node:fs'
import { makeDigits } from './setup/digits.mjs'
import { Failure, run, step } from './setup/steps.mjs'
import { buildWasm } from './setup/wasm.mjs'

const addon = ['crates/node', 'crates/engine/src', 'crates/kernels/src', 'Cargo.toml', 'Cargo.lock']

async function main() {
  checkTools()
  await step('npm packages', ['package.json', 'package-lock.json'], ['node_modules'], () =>
    run('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error']),
  )
  await step('digits', ['scripts/setup/digits.mjs'], ['assets/digits.idx.gz'], () =>
    makeDigits(new URL('../assets/digits.idx.gz', import.meta.url)),
  )
  await step('native engine', addon, ['native'], () =>
    run('npx', [
      ...['napi', 'build', '--release', '--platform', '--no-js'],
      ...['--manifest-path', 'crates/node/Cargo.toml', '--output-dir', 'native'],
    ]),
  )
  await step('TypeScript', ['ts', 'tsconfig.json', 'tsconfig.build.json'], ['dist'], () =>
    run('npx', ['tsc', '-p', 'tsconfig.build.json']),
  )
  if (process.argv.includes('--wasm')) await buildWasm()
}

function checkTools() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
  if (major < 20 || (major === 20 && minor < 19)) {
    throw new Failure(`Node ${process.versions.node} is too old; 20.19 or newer is needed`)
  }
  if (!existsSync(new URL('../Cargo.toml', import.meta.url))) {
    throw new Failure('set-up runs in a checkout of the sources')
  }
}

main().catch((error) => {
  console.error(error instanceof Failure ? `set-up: ${error.message}` : error)
  process.exitCode = 1
})
