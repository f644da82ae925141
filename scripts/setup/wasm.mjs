/**
 * The wasm engine, in two modules: `wasm/simd128.wasm` for every engine, `wasm/relaxed.wasm` for
 * those that know relaxed SIMD, and the JavaScript that is the same for both. A target for Rust, wasm-pack with the wasm-bindgen of the lock file, a build.
 *
 * Where Rust has the target or rustup can download it, that is it. Elsewhere, on Debian, the
 * distribution's own compiler and the source of its standard library build it.
 */
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { engineSources, Failure, output, root, run, step, succeeds, timed } from './steps.mjs'

const tools = join(root, '.cache/tools')
const TARGET = 'wasm32-unknown-unknown'
/** Instructions of each module. */
const FEATURES = { simd128: '+simd128', relaxed: '+simd128,+relaxed-simd' }
/**
 * Kernels are written in the order that JavaScript engines are to run, with addresses as a base and
 * a constant, which they join into one instruction; LLVM must neither sort anew nor fold constants
 * into the counters of loops.
 */
const ORDER = ['-C', 'llvm-args=-pre-RA-sched=source', '-C', 'llvm-args=-disable-lsr']
const WASM_PACK = '0.15.1'

/** The version of a crate in the lock file. */
function locked(crate) {
  const lock = readFileSync(join(root, 'Cargo.lock'), 'utf8')
  const version = new RegExp(`name = "${crate}"\\nversion = "([^"]+)"`).exec(lock)?.[1]
  if (version === undefined) throw new Failure(`Cargo.lock has no ${crate}`)
  return version
}

/**
 * Builds a tool from source unless the one at hand is of this version: minutes, once; so without
 * optimisation, as it runs for a second. Not by the tool's own lock file, which may name releases
 * that a registry no longer has.
 */
async function installTool(program, crate, version) {
  const found = output(join(tools, 'bin', program), ['--version'])
  if (found.trim().endsWith(` ${version}`)) return
  await timed(`${crate} ${version}`, () =>
    run('cargo', ['install', '--debug', '--root', tools, `${crate}@${version}`]),
  )
}

/** Whether the compiler on PATH has the standard library of the target. */
function hasTarget() {
  const folder = output('rustc', ['--print', 'target-libdir', '--target', TARGET])
  return folder !== '' && existsSync(folder.trim())
}

/** The settings of a compiler that has the target, after installing one if need be. */
async function compiler() {
  if (hasTarget() || (await succeeds('rustup', ['target', 'add', TARGET], { minutes: 3 }))) {
    return { env: {}, flags: [], cargoArgs: [], packArgs: ['--mode', 'no-install'], path: [] }
  }
  return await debianCompiler()
}

const packages = ['rustc-web', 'cargo-web', 'rust-web-src', 'lld-19']

/** Debian's compiler and the source of its standard library, which is built for the target. */
async function debianCompiler() {
  if (!(await succeeds('dpkg', ['-s', ...packages]))) {
    const apt = { env: { DEBIAN_FRONTEND: 'noninteractive' } }
    const installed =
      (await succeeds('apt-get', ['update', '-qq'], apt)) &&
      (await succeeds('apt-get', ['install', '-y', '-qq', ...packages], apt))
    if (!installed) {
      throw new Failure(
        `Rust's ${TARGET} target is missing and could not be had; ` +
          `\`rustup target add ${TARGET}\`, or on Debian ` +
          `\`apt-get install ${packages.join(' ')}\`, cures it`,
      )
    }
  }
  return {
    env: {
      // These very ones: rustup's come first on PATH, and are of another version than the source.
      RUSTC: '/usr/bin/rustc',
      CARGO: '/usr/bin/cargo',
      RUSTC_BOOTSTRAP: '1',
    },
    flags: ['-C', 'linker=wasm-ld-19'],
    cargoArgs: ['-Zbuild-std=std,panic_abort'],
    // The target is not where wasm-pack looks for it: it must not check.
    packArgs: ['--mode', 'force'],
    path: ['/usr/bin'],
  }
}

export async function buildWasm() {
  await installTool('wasm-pack', 'wasm-pack', WASM_PACK)
  await installTool('wasm-bindgen', 'wasm-bindgen-cli', locked('wasm-bindgen'))
  await step(
    'wasm engine',
    ['crates/wasm', ...engineSources, 'scripts/setup/wasm.mjs'],
    ['wasm/feedalign_wasm.js', 'wasm/simd128.wasm', 'wasm/relaxed.wasm'],
    packWasm,
  )
}

/** Both modules side by side: each is linked by one thread. */
async function packWasm() {
  const found = await compiler()
  const names = Object.keys(FEATURES)
  await Promise.all(names.map((name) => packModule(name, found)))
  rmSync(join(root, 'wasm'), { recursive: true, force: true })
  mkdirSync(join(root, 'wasm'))
  for (const name of names) {
    copyFileSync(join(packed(name), 'feedalign_wasm_bg.wasm'), join(root, `wasm/${name}.wasm`))
  }
  const [script, other] = names.map((name) => join(packed(name), 'feedalign_wasm.js'))
  if (!readFileSync(script).equals(readFileSync(other))) {
    throw new Failure('the modules of the wasm engine do not have the same exports')
  }
  copyFileSync(script, join(root, 'wasm/feedalign_wasm.js'))
}

/** Where wasm-pack leaves a module. */
const packed = (name) => join(root, 'target/wasm', name, 'packed')

async function packModule(name, { env, flags, cargoArgs, packArgs, path }) {
  const paths = [join(tools, 'bin'), join(root, 'node_modules/.bin'), ...path, process.env.PATH]
  const rustFlags = ['-C', `target-feature=${FEATURES[name]}`, ...ORDER, ...flags]
  await run(
    join(tools, 'bin/wasm-pack'),
    [
      ...['build', ...packArgs, '--target', 'web', '--no-pack', '--no-typescript'],
      ...['--out-dir', packed(name), '--out-name', 'feedalign_wasm', 'crates/wasm'],
      ...['--', ...cargoArgs, '--target-dir', join(root, 'target/wasm', name)],
    ],
    { env: { ...env, RUSTFLAGS: rustFlags.join(' '), PATH: paths.join(delimiter) } },
  )
}
