/**
 * The wasm engine: a target for Rust, wasm-pack with the wasm-bindgen of the lock file, a build.
 *
 * Where rustup can download, it brings the target. Elsewhere, on Debian, the distribution's own
 * compiler and the source of its standard library build it.
 */
import { existsSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { Failure, root, run, step } from './steps.mjs'

const tools = join(root, '.cache/tools')
const debian = { rustc: '/usr/bin/rustc', cargo: '/usr/bin/cargo', linker: 'wasm-ld-19' }
const TARGET = 'wasm32-unknown-unknown'
const SIMD = '-C target-feature=+simd128'

/** The version of a crate in the lock file. */
function locked(crate) {
  const lock = readFileSync(join(root, 'Cargo.lock'), 'utf8')
  const version = new RegExp(`name = "${crate}"\\nversion = "([^"]+)"`).exec(lock)?.[1]
  if (version === undefined) throw new Failure(`Cargo.lock has no ${crate}`)
  return version
}

const succeeds = (program, args, options) =>
  run(program, args, options).then(
    () => true,
    () => false,
  )

/** The settings of a compiler that has the target, after installing one if need be. */
async function compiler() {
  if (await succeeds('rustup', ['target', 'add', TARGET], { minutes: 3 })) {
    return { env: { RUSTFLAGS: SIMD }, cargoArgs: [], packArgs: ['--mode', 'no-install'], path: [] }
  }
  const packages = ['rustc-web', 'cargo-web', 'rust-web-src', 'lld-19']
  if (!existsSync(debian.cargo) || !(await succeeds(debian.linker, ['--version']))) {
    await run('apt-get', ['update', '-qq'])
    await run('apt-get', ['install', '-y', '-qq', ...packages]).catch(() => {
      const cure = `rustup target add ${TARGET}`
      throw new Failure(
        `Rust's ${TARGET} target is missing and could not be had; \`${cure}\` cures it`,
      )
    })
  }
  const env = {
    RUSTC: debian.rustc,
    CARGO: debian.cargo,
    RUSTC_BOOTSTRAP: '1',
    RUSTFLAGS: `${SIMD} -C linker=${debian.linker}`,
  }
  // The target is not where wasm-pack looks for it: it must not check.
  return {
    env,
    cargoArgs: ['-Zbuild-std=std,panic_abort'],
    packArgs: ['--mode', 'force'],
    path: ['/usr/bin'],
  }
}

export async function buildWasm() {
  const version = locked('wasm-bindgen')
  const install = (name, ...args) =>
    step(name, ['scripts/setup/wasm.mjs'], [`.cache/tools/bin/${name}`], () =>
      run('cargo', ['install', '--root', tools, ...args]),
    )
  await install('wasm-pack', 'wasm-pack@0.15.1')
  await install('wasm-bindgen', `wasm-bindgen-cli@${version}`)
  const sources = [
    'crates/wasm',
    'crates/engine/src',
    'crates/kernels/src',
    'Cargo.toml',
    'Cargo.lock',
  ]
  await step('wasm engine', [...sources, 'scripts/setup/wasm.mjs'], ['wasm'], async () => {
    const { env, cargoArgs, packArgs, path } = await compiler()
    const paths = [join(tools, 'bin'), join(root, 'node_modules/.bin'), ...path, process.env.PATH]
    await run(
      join(tools, 'bin/wasm-pack'),
      [
        ...['build', ...packArgs, '--target', 'web', '--no-pack', '--no-typescript'],
        ...['--out-dir', join(root, 'wasm'), '--out-name', 'feedalign_wasm', 'crates/wasm'],
        ...['--', ...cargoArgs, '--target-dir', join(root, 'target/wasm')],
      ],
      { env: { ...env, PATH: paths.join(':') } },
    )
    // wasm-pack ignores its whole folder, which would leave it out of the package.
    rmSync(join(root, 'wasm/.gitignore'), { force: true })
  })
}
