import { accessSync, constants, existsSync, mkdirSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { FeedalignError } from './errors.js'

/** Makes a folder, and those above it, and finds it writable before any work is done for it. */
export function makeFolder(folder: string): string {
  try {
    // Step by step: below /proc, Node's own recursive way tries for ever.
    const missing: string[] = []
    for (let path = resolve(folder); !existsSync(path); path = dirname(path)) missing.push(path)
    for (const path of missing.reverse()) mkdirSync(path)
    accessSync(folder, constants.W_OK)
  } catch (error) {
    throw new FeedalignError(`cannot write to ${folder}: ${(error as Error).message}`)
  }
  return folder
}
