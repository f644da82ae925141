import { execFile, execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { beforeAll, expect, test } from 'vitest'

const run = promisify(execFile)
const checkout = fileURLToPath(new URL('../..', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'feedalign-package-'))

interface Packed {
  filename: string
  files: { path: string; size: number }[]
}

let packed: Packed

beforeAll(async () => {
  // What set-up built is packed as it is: the script that builds anew must not run here.
  const pack = ['pack', '--ignore-scripts', '--json', '--pack-destination', folder]
  const [made] = JSON.parse(execFileSync('npm', pack, { cwd: checkout, encoding: 'utf8' })) as [
    Packed,
  ]
  packed = made
  writeFileSync(join(folder, 'package.json'), '{ "private": true }')
  await install(join(folder, packed.filename))
}, 60_000)

/** Installs the tarball; without a network, puts the checkout's packages beside it instead. */
async function install(tarball: string): Promise<void> {
  const flags = ['--ignore-scripts', '--prefer-offline', '--no-audit', '--no-fund']
  const patience = ['--fetch-retries=1', '--fetch-timeout=20000']
  try {
    await run('npm', ['install', ...flags, ...patience, tarball], { cwd: folder })
  } catch (error) {
    const { stderr } = error as { stderr: string }
    if (!/ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENOTCACHED/.test(stderr))
      throw error
    console.warn('no network: the tarball is unpacked beside the packages of the checkout')
    unpack(tarball)
  }
}

function unpack(tarball: string): void {
  const target = join(folder, 'node_modules/feedalign')
  mkdirSync(join(folder, 'node_modules/.bin'), { recursive: true })
  execFileSync('tar', ['-xzf', tarball, '-C', folder])
  cpSync(join(folder, 'package'), target, { recursive: true })
  const lock = JSON.parse(readFileSync(join(checkout, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, { dev?: boolean }>
  }
  for (const [path, { dev }] of Object.entries(lock.packages)) {
    if (path === '' || dev === true || path.lastIndexOf('node_modules/') > 0) continue
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    symlinkSync(join(checkout, path), join(folder, path))
  }
  symlinkSync('../feedalign/dist/cli/main.js', join(folder, 'node_modules/.bin/feedalign'))
}

test('the package holds what is needed to run, and nothing else', () => {
  const paths = packed.files.map(({ path }) => path)
  expect(paths).toEqual(
    expect.arrayContaining([
      'LICENSE',
      'README.md',
      'assets/digits.idx.gz',
      'dist/cli/main.js',
      'dist/index.d.ts',
      'dist/index.js',
      'package.json',
      'wasm/feedalign_wasm.js',
      'wasm/relaxed.wasm',
      'wasm/simd128.wasm',
    ]),
  )
  expect(paths.filter((path) => path.endsWith('.node'))).toHaveLength(1)
  const known =
    /^(dist\/.*\.(c?js|d\.c?ts)|native\/[^/]+\.node|wasm\/[^/]+\.(js|wasm)|(datasets|schema)\/[^/]+\.json|assets\/digits\.idx\.gz|(LICENSE|(README|CHANGELOG)\.md|package\.json))$/
  expect(paths.filter((path) => !known.test(path))).toEqual([])
  const digits = packed.files.find(({ path }) => path === 'assets/digits.idx.gz')
  expect(digits?.size).toBeLessThanOrEqual(2 * 2 ** 20)
})

test('nothing runs when the package or what it depends on is installed', () => {
  const lock = JSON.parse(readFileSync(join(checkout, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, { dev?: boolean; hasInstallScript?: boolean }>
  }
  const { scripts } = JSON.parse(readFileSync(join(checkout, 'package.json'), 'utf8')) as {
    scripts: Record<string, string>
  }
  expect(
    Object.keys(scripts).filter((name) => /^(pre|post)?install$|^prepare$/.test(name)),
  ).toEqual([])
  const running = Object.entries(lock.packages).filter(
    ([, { dev, hasInstallScript }]) => dev !== true && hasInstallScript === true,
  )
  expect(running).toEqual([])
})

test.each(['native', 'wasm'])(
  'the installed command trains on real digits, %s engine',
  async (engine) => {
    const train = ['train', '--network', '784-16-10', '--epochs', '1', '--json', '--no-save']
    const command = ['--no-install', 'feedalign', ...train, '--engine', engine]
    const { stdout, stderr } = await run('npx', command, { cwd: folder })
    const events = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { event: string; engine?: string; testError?: number })
    expect(stderr).toBe('')
    expect(events[0]).toMatchObject({ event: 'start', engine })
    expect(events.at(-1)?.testError).toBeLessThan(0.5)
  },
)

test('the installed command compares rules and draws the page', async () => {
  const compare = ['compare', '--network', '784-16-10', '--epochs', '1', '--out', 'report']
  await run('npx', ['--no-install', 'feedalign', ...compare], { cwd: folder })
  expect(readFileSync(join(folder, 'report/report.html'), 'utf8').match(/<svg/g)).toHaveLength(2)
})

test('the library is imported and trains', async () => {
  writeFileSync(
    join(folder, 'library.mjs'),
    `import { datasets, dense, fit, network } from 'feedalign'
     import { rules } from 'feedalign'
     const { train, test } = await datasets.digits()
     const run = fit({ network: network(784, dense(16, 'tanh'), dense(10)), rule: rules.fa(), data: train, test, epochs: 1 })
     for await (const event of run) if (event.event === 'done') console.log(event.testError)`,
  )
  const { stdout, stderr } = await run(process.execPath, ['library.mjs'], { cwd: folder })
  expect(stderr).toBe('')
  expect(Number(stdout)).toBeLessThan(0.5)
})

test('CommonJS can require the library', async () => {
  const script = `console.log(Object.keys(require('feedalign')).join())`
  const { stdout } = await run(process.execPath, ['-e', script], { cwd: folder })
  expect(stdout.trim().split(',')).toEqual(expect.arrayContaining(['datasets', 'fit', 'network']))
})
