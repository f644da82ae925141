import { FeedalignError } from '../errors.js'
import type { NumericArray } from './elements.js'
import { parseNpy } from './npy.js'
import { openZip } from './zip.js'

const plain = (name: string): string => name.replace(/\.npy$/, '')

/**
 * Arrays of NumPy's `.npz` by their names: those that `choose` takes of all names, in that order;
 * what it throws is passed on. `bytes` are those of the file where they are in memory. Throws
 * `FeedalignError` naming file, array, offset, found and expected.
 */
export async function readNpz(
  file: string,
  choose: (names: readonly string[]) => readonly string[] = (names) => names,
  bytes?: Buffer,
): Promise<Map<string, NumericArray>> {
  const zip = await openZip(file, bytes)
  try {
    const stranger = zip.names.find((name) => !name.endsWith('.npy'))
    if (stranger !== undefined) {
      throw new FeedalignError(`${file}: holds ${stranger}, expected .npy files only`)
    }
    const arrays = new Map<string, NumericArray>()
    for (const name of choose(zip.names.map(plain))) {
      const entry = `${name}.npy`
      arrays.set(name, parseNpy(await zip.read(entry), `${file}: ${entry}`))
    }
    return arrays
  } finally {
    zip.close()
  }
}
