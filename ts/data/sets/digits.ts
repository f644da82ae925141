import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { FeedalignError } from '../../errors.js'
import type { Examples } from '../examples.js'
import { readPlainOrGz } from '../files.js'
import { readIdx, type IdxArray } from '../idx.js'
import { manifest } from '../manifest.js'
import { none } from '../options.js'
import { pair } from './idxPair.js'
import { defineSet } from './define.js'

/** Four IDX arrays one after another: images and labels to train on, then to test. */
const FILE = fileURLToPath(new URL('../../../assets/digits.idx.gz', import.meta.url))

async function read() {
  const [file] = manifest('digits').files
  let rest = await readPlainOrGz(FILE, () => file?.unpacked?.bytes ?? 0)
  const arrays: IdxArray[] = []
  while (rest.length > 0) {
    const next = readIdx(rest, FILE)
    arrays.push(next.array)
    rest = next.rest
  }
  const examples = (place: number): Examples => {
    const [images, labels] = arrays.slice(place, place + 2)
    if (images === undefined || labels === undefined) {
      throw new FeedalignError(`${FILE}: ${arrays.length} arrays, expected 4`)
    }
    return pair(images, labels, FILE, FILE, { classes: 10 })
  }
  return { train: examples(0), test: examples(2) }
}

export const digits = defineSet({
  name: 'digits',
  options: none,
  locate: () => (existsSync(FILE) ? { path: FILE, sample: false } : undefined),
  cure: () => `\`npm run setup\` makes ${FILE}`,
  read,
})
