import { mkdir, rename, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { FeedalignError } from '../errors.js'

/**
 * Writes texts by name into a folder, made if need be, each under another name and then renamed:
 * what is there is whole. Throws `FeedalignError` where that cannot be.
 */
export async function writeFiles(
  folder: string,
  files: Readonly<Record<string, string>>,
): Promise<void> {
  for (const [name, text] of Object.entries(files)) {
    const file = join(folder, name)
    try {
      await mkdir(dirname(file), { recursive: true })
      await writeFile(`${file}.part`, text)
      await rename(`${file}.part`, file)
    } catch (error) {
      throw new FeedalignError(`cannot write ${file}: ${(error as Error).message}`)
    }
  }
}
