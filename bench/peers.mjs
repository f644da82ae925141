/** `npm run bench -- peers`: installs what we are measured against, into a folder git ignores. */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { run as execute, timed } from '../scripts/setup/steps.mjs'
import { words } from './options.mjs'
import { home, installedList, peers, python } from './peers/list.mjs'
import { folder, nodePackages } from './peers/npm.mjs'
import { startPeers } from './peers/peer.mjs'
import { table } from './table.mjs'

/** Where peers come from, and how they are had from there. */
const installers = { crates: buildCrates, python: installPython, npm: installNpm }

export const options = { from: words(Object.keys(installers), Object.keys(installers)) }

/** Installs all, or those `from` somewhere; a peer that cannot be had is a row that says why. */
export async function run({ from }) {
  mkdirSync(home, { recursive: true })
  for (const name of from) {
    const failure = await attempt(name, installers[name])
    if (failure) console.error(`peers: ${failure}`)
  }
  const { running, missing } = await startPeers(Object.keys(peers), 1)
  for (const peer of running) peer.close()
  const found = running.map(({ name, version }) => ({ bench: 'peers', peer: name, version }))
  return [...found, ...missing.map((one) => ({ bench: 'peers', ...one }))]
}

/** Why `work` failed, or nothing. */
async function attempt(name, work) {
  try {
    await timed(`peers: ${name}`, work)
  } catch (error) {
    return error.message
  }
}

async function buildCrates() {
  const manifest = fileURLToPath(new URL('peers/rust/Cargo.toml', import.meta.url))
  const target = ['--target-dir', join(home, 'rust')]
  await execute('cargo', ['build', '--release', '--manifest-path', manifest, ...target])
}

/** Each package on its own, so that one that is not to be had takes no other with it. */
async function installPython() {
  if (!existsSync(python)) await execute('python3', ['-m', 'venv', join(home, 'python')])
  const wanted = new Set(Object.values(peers).flatMap(({ packages = [] }) => packages))
  const installed = []
  for (const one of wanted) {
    const failure = await attempt(one, () => execute(python, ['-m', 'pip', 'install', '-q', one]))
    if (failure) console.error(`peers: ${failure}`)
    else installed.push(one)
  }
  writeFileSync(installedList, installed.join('\n'))
}

/** Likewise. */
async function installNpm() {
  mkdirSync(folder, { recursive: true })
  const fromPeers = Object.values(peers).map(({ npm = {} }) => npm)
  for (const [name, version] of Object.entries(Object.assign({}, nodePackages, ...fromPeers))) {
    const flags = ['--prefix', folder, '--ignore-scripts', '--no-audit', '--no-fund']
    const failure = await attempt(name, () =>
      execute('npm', ['install', ...flags, '--save-exact', `${name}@${version}`]),
    )
    if (failure) console.error(`peers: ${failure}`)
  }
}

export function print(rows) {
  const columns = [
    ['peer', (row) => row.peer],
    ['version', (row) => row.version ?? `missing: ${row.missing}`],
  ]
  console.log(table(rows, columns))
}
