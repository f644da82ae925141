import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'

const { FEEDALIGN_DATA = '' } = process.env
const folder = join(FEEDALIGN_DATA, 'timit-sample')

/** The sound files of the sample of TIMIT; none where it is not at hand. */
export const timitFiles: readonly string[] = existsSync(folder)
  ? readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.wav'))
      .sort()
      .map((name) => join(folder, name))
  : []

/** 32-bit floats of a program's output. */
export function floats(bytes: Buffer): Float32Array {
  return new Float32Array(Uint8Array.from(bytes).buffer)
}

/** Room for all of the sample's samples. */
export const output = { maxBuffer: 2 ** 26 }

/** Whether Python is there and has a module; not imported, which takes seconds. */
export function hasPython(module: string): boolean {
  const code = `import sys, importlib.util as u; sys.exit(u.find_spec("${module}") is None)`
  return spawnSync('python3', ['-c', code]).status === 0
}

export const hasProgram = (name: string): boolean => spawnSync(name, ['--version']).status === 0
