import { join } from 'node:path'

/** Where a command writes unless told. */
export function defaultFolder(name: string): string {
  return join('runs', `${new Date().toISOString().replaceAll(/[:.]/g, '-')}-${name}`)
}
