import { accessSync, constants, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { FeedalignError } from '../errors.js'

/** Where a command writes unless told. */
export function defaultFolder(name: string): string {
  return join('runs', `${new Date().toISOString().replaceAll(/[:.]/g, '-')}-${name}`)
}

/** Makes a folder and finds it writable before any work is done for it. */
export function makeFolder(folder: string): string {
  try {
    mkdirSync(folder, { recursive: true })
    accessSync(folder, constants.W_OK)
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code ?? String(error)
    throw new FeedalignError(`cannot write to ${folder} (${reason})`)
  }
  return folder
}
