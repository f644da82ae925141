/**
 * What `npm start` and `npm test` call first: installs, builds, prepares. Each step runs only when
 * what it is made from has changed, so a second call costs a moment. Node's own modules only, as
 * nothing is installed yet.
 *
 * node scripts/setup.mjs [--wasm]
 */
import { copyFileSync, existsSync, mkdirSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { makeDigits } from './setup/digits.mjs'
import { engineSources, Failure, root, run, step } from './setup/steps.mjs'
import { buildWasm } from './setup/wasm.mjs'

const { platform, arch } = process
const suffix = { linux: '-gnu', win32: '-msvc' }[platform] ?? ''
const addon = `native/feedalign.${platform}-${arch}${suffix}.node`

async function main() {
  checkTools()
  await step(
    'npm packages',
    ['package.json', 'package-lock.json', '.npmrc'],
    ['node_modules/.package-lock.json'],
    () => run('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error']),
  )
  await step('digits', ['scripts/setup/digits.mjs'], ['assets/digits.idx.gz'], () =>
    makeDigits(new URL('../assets/digits.idx.gz', import.meta.url)),
  )
  await Promise.all([
    step('native engine', ['crates/node', ...engineSources], [addon], buildAddon),
    // Beside it: one thread links the addon, for half of its time.
    process.argv.includes('--wasm') ? buildWasm() : undefined,
  ])
  await step(
    'TypeScript',
    ['ts', 'tsconfig.json', 'tsconfig.build.json', 'package-lock.json'],
    ['dist/index.js', 'dist/cli/main.js', 'dist/report/sweep/client/main.js'],
    buildTypeScript,
  )
}

/** The shared library that cargo builds is the addon; only its name differs. */
async function buildAddon() {
  const target = join(root, 'target')
  await run('cargo', ['build', '--release', '-p', 'feedalign-node', '--target-dir', target])
  const library = { darwin: 'libfeedalign_node.dylib', win32: 'feedalign_node.dll' }[platform]
  mkdirSync(join(root, 'native'), { recursive: true })
  const file = join(root, addon)
  copyFileSync(join(target, 'release', library ?? 'libfeedalign_node.so'), `${file}.part`)
  renameSync(`${file}.part`, file)
}

/** From nothing, so that no file stays whose source is gone. */
async function buildTypeScript() {
  rmSync(join(root, 'dist'), { recursive: true, force: true })
  await run('npx', ['tsc', '-p', 'tsconfig.build.json'])
  // What runs in a browser has its types in place of Node's.
  await run('npx', ['tsc', '-p', 'ts/report/sweep/client'])
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
