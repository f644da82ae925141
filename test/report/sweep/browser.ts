import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'

/** A Chromium of this machine: that of `CHROME_PATH`, or the first by a usual name on the path. */
export function findChromium(): string | undefined {
  const { CHROME_PATH, PATH = '' } = process.env
  if (CHROME_PATH !== undefined) return CHROME_PATH
  const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']
  const files = PATH.split(delimiter).flatMap((folder) => names.map((name) => join(folder, name)))
  return files.find((file) => existsSync(file))
}
