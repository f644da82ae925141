/** The peers: what each is made of, how it starts, what it can be asked for. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { node, versionOf } from './npm.mjs'

const here = fileURLToPath(new URL('.', import.meta.url))
/** Where all of them are installed; git ignores it. */
export const home = fileURLToPath(new URL('../../.cache/peers/', import.meta.url))
export const python = join(home, 'python/bin/python')
export const binary = join(home, 'rust/release/peers')

const script = (name) => [python, join(here, `python/${name}_peer.py`)]

/** A peer of Python's: the packages that it needs, with their versions. */
const fromPyPI = (name, ...packages) => ({
  packages,
  command: () => script(name),
  missing: () => missingPackages(packages),
})

const fromCrates = (name) => ({
  command: (threads) => [binary, name, String(threads)],
  missing: () => (existsSync(binary) ? undefined : 'its binary is not built'),
})

/** A peer in JavaScript, under the newest Node that is measured: its packages with versions. */
const fromNpm = (name, packages) => ({
  npm: packages,
  command: () => [node(24) ?? process.execPath, join(here, `javascript/${name}_peer.mjs`)],
  missing: () => missingFromNpm(packages),
})

export const peers = {
  numpy: fromPyPI('numpy', 'numpy==2.4.6'),
  pytorch: fromPyPI('pytorch', 'numpy==2.4.6', 'torch==2.15.0'),
  onnxruntime: fromPyPI('onnxruntime', 'numpy==2.4.6', 'onnx==1.23.2', 'onnxruntime==1.32.0'),
  matrixmultiply: fromCrates('matrixmultiply'),
  gemm: fromCrates('gemm'),
  'jax-js': fromNpm('jax', { '@jax-js/jax': '0.1.25' }),
  'tfjs-wasm': fromNpm('tfjs', {
    '@tensorflow/tfjs-core': '4.22.0',
    '@tensorflow/tfjs-backend-wasm': '4.22.0',
  }),
}

/** Packages that installation went through with stand in a list of its own. */
export const installedList = join(home, 'python/installed')

function missingPackages(packages) {
  const list = existsSync(installedList) ? readFileSync(installedList, 'utf8').split('\n') : []
  const lacking = packages.filter((one) => !list.includes(one))
  return lacking.length > 0 ? `${lacking.join(', ')} not installed` : undefined
}

function missingFromNpm(packages) {
  const isLacking = ([name, version]) => versionOf(name) !== version
  const lacking = Object.entries(packages)
    .filter(isLacking)
    .map((one) => one.join('@'))
  return lacking.length > 0 ? `${lacking.join(', ')} not installed` : undefined
}

/** A peer's environment: its threads by its own variables, the rest as it comes. */
export function environment(threads) {
  const count = String(threads)
  const env = { ...process.env, THP_MEM_ALLOC_ENABLE: '1' }
  // Both are set where old builds need them, and slow a current one down.
  delete env.OPENBLAS_CORETYPE
  delete env.OPENBLAS_L2_SIZE
  const variables = ['OMP', 'OPENBLAS', 'MKL', 'MATMUL', 'RAYON']
  for (const name of variables) env[`${name}_NUM_THREADS`] = count
  return env
}
