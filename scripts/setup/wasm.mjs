/**
 * The wasm engine, in two modules: `wasm/simd128.wasm` for every engine, `wasm/relaxed.wasm` for
 * those that know relaxed SIMD, and the JavaScript that is the same for both. A target for Rust,
 * wasm-bindgen, a build.
 *
 * Where Rust has the target or rustup can download it, that is it. Elsewhere, on Debian, the
 * distribution's own compiler and the source of its standard library build it.
 */
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { engineSources, Failure, output, root, run, step, succeeds } from './steps.mjs'

/** Where wasm-bindgen's library is made a program, and the program. */
const source = 'scripts/setup/bindgen'
const bindgen = 'target/bindgen/debug/bindgen'
const TARGET = 'wasm32-unknown-unknown'
/** Instructions of each module. */
const FEATURES = { simd128: '+simd128', relaxed: '+simd128,+relaxed-simd' }
/**
 * Kernels are written in the order that JavaScript engines are to run, with addresses as a base and
 * a constant, which they join into one instruction; LLVM must neither sort anew nor fold constants
 * into the counters of loops.
 */
const ORDER = ['-C', 'llvm-args=-pre-RA-sched=source', '-C', 'llvm-args=-disable-lsr']
/**
 * More spends minutes on functions that inlining made large, and LLVM has optimised them already.
 */
const OPTIMISATION = '-O1'
/** What LLVM writes by itself, and what the modules are of. */
const PROPOSALS = [
  ...['simd', 'relaxed-simd', 'bulk-memory', 'sign-ext', 'mutable-globals'],
  ...['nontrapping-float-to-int', 'reference-types', 'multivalue'],
]

/** The version of a crate in a lock file. */
function locked(crate, file) {
  const lock = readFileSync(join(root, file), 'utf8')
  const version = new RegExp(`name = "${crate}"\\nversion = "([^"]+)"`).exec(lock)?.[1]
  if (version === undefined) throw new Failure(`${file} has no ${crate}`)
  return version
}

/** Without optimisation, as it runs for a second. */
async function buildBindgen() {
  const ours = locked('wasm-bindgen', 'Cargo.lock')
  const its = locked('wasm-bindgen-cli-support', `${source}/Cargo.lock`)
  if (ours !== its) {
    throw new Failure(
      `${source} has wasm-bindgen ${its}, the engine ${ours}; ` +
        `set the version in ${source}/Cargo.toml, then run cargo update there`,
    )
  }
  const manifest = ['--manifest-path', `${source}/Cargo.toml`]
  await run('cargo', ['build', '--locked', ...manifest, '--target-dir', 'target/bindgen'])
}

/** Whether the compiler on PATH has the standard library of the target. */
function hasTarget() {
  const folder = output('rustc', ['--print', 'target-libdir', '--target', TARGET])
  return folder !== '' && existsSync(folder.trim())
}

/** The settings of a compiler that has the target, after installing one if need be. */
async function compiler() {
  if (hasTarget() || (await succeeds('rustup', ['target', 'add', TARGET], { minutes: 3 }))) {
    return { cargo: 'cargo', env: {}, flags: [], args: [] }
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
    // These very ones: rustup's come first on PATH, and are of another version than the source.
    cargo: '/usr/bin/cargo',
    env: { RUSTC: '/usr/bin/rustc', RUSTC_BOOTSTRAP: '1' },
    flags: ['-C', 'linker=wasm-ld-19'],
    args: ['-Zbuild-std=std,panic_abort'],
  }
}

export async function buildWasm() {
  await step('wasm-bindgen', [source, 'Cargo.lock'], [bindgen], buildBindgen)
  await step(
    'wasm engine',
    ['crates/wasm', ...engineSources, 'scripts/setup/wasm.mjs', source],
    ['wasm/feedalign_wasm.js', 'wasm/simd128.wasm', 'wasm/relaxed.wasm'],
    buildModules,
  )
}

/** Both modules side by side: each is linked by one thread. */
async function buildModules() {
  const found = await compiler()
  const names = Object.keys(FEATURES)
  await Promise.all(names.map((name) => buildModule(name, found)))
  rmSync(join(root, 'wasm'), { recursive: true, force: true })
  mkdirSync(join(root, 'wasm'))
  for (const name of names) {
    copyFileSync(join(bound(name), 'feedalign_wasm_bg.wasm'), join(root, `wasm/${name}.wasm`))
  }
  const [script, other] = names.map((name) => join(bound(name), 'feedalign_wasm.js'))
  if (!readFileSync(script).equals(readFileSync(other))) {
    throw new Failure('the modules of the wasm engine do not have the same exports')
  }
  copyFileSync(script, join(root, 'wasm/feedalign_wasm.js'))
}

const built = (name) => join(root, 'target/wasm', name)
/** Where wasm-bindgen leaves a module. */
const bound = (name) => join(built(name), 'bound')

async function buildModule(name, { cargo, env, flags, args }) {
  const rustFlags = ['-C', `target-feature=${FEATURES[name]}`, ...ORDER, ...flags]
  const where = ['--target', TARGET, '--target-dir', built(name)]
  await run(cargo, ['build', '--release', '-p', 'feedalign-wasm', ...where, ...args], {
    env: { ...env, RUSTFLAGS: rustFlags.join(' ') },
  })
  const module = join(built(name), TARGET, 'release/feedalign_wasm.wasm')
  await run(join(root, bindgen), [module, bound(name)])
  const file = join(bound(name), 'feedalign_wasm_bg.wasm')
  const enabled = PROPOSALS.map((proposal) => `--enable-${proposal}`)
  await run('npx', ['wasm-opt', OPTIMISATION, ...enabled, file, '-o', file])
}
