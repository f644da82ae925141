/** `npm run bench -- peers`: installs what we are measured against, into a folder git ignores. */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { run as execute, timed } from '../scripts/setup/steps.mjs'
import { home, installedList, peers, python } from './peers/list.mjs'
import { startPeers } from './peers/peer.mjs'
import { table } from './table.mjs'

export const options = {}

/** Installs all; a peer that cannot be had is a row that says why. */
export async function run() {
  mkdirSync(home, { recursive: true })
  const failures = [await attempt('crates', buildCrates), await attempt('Python', installPython)]
  for (const failure of failures) if (failure) console.error(`peers: ${failure}`)
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

export function print(rows) {
  const columns = [
    ['peer', (row) => row.peer],
    ['version', (row) => row.version ?? `missing: ${row.missing}`],
  ]
  console.log(table(rows, columns))
}
