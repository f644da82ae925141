/** Packages of npm that only benchmarks need, Node of other versions among them. */
import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

/** Where they are installed; git ignores it. */
export const folder = fileURLToPath(new URL('../../.cache/peers/javascript/', import.meta.url))
const modules = join(folder, 'node_modules')

/** Node's own binaries, as packages: the same platform, another version. */
const binaries = `node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`
export const nodePackages = {
  node20: `npm:${binaries}@20.20.2`,
  node24: `npm:${binaries}@24.21.0`,
}

/** The Node of a major version: this one, or the installed one; nothing where there is neither. */
export function node(major) {
  if (Number(process.versions.node.split('.')[0]) === major) return process.execPath
  const binary = join(modules, `node${major}/bin/node`)
  return existsSync(binary) ? binary : undefined
}

export function versionOf(name) {
  const file = join(modules, name, 'package.json')
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')).version : undefined
}

/** The address of a file in a package. */
export const installed = (path) => pathToFileURL(join(modules, path)).href

/** A package in CommonJS. */
export const required = (name) => createRequire(join(folder, 'here.js'))(name)
