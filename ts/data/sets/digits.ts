import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { FeedalignError } from '../../errors.js'
import type { Examples } from '../examples.js'
import { readPlainOrGz } from '../files.js'
import { readIdx, type IdxArray } from '../idx.js'
import { manifest } from '../manifest.js'
import { chosen, none } from '../options.js'
import { pair } from './idxPair.js'
import type { DataSource, How, Loaded } from './source.js'

/** Four IDX arrays one after another: images and labels to train on, then to test. */
const FILE = fileURLToPath(new URL('../../../assets/digits.idx.gz', import.meta.url))

async function load({ options }: How = {}): Promise<Loaded> {
  chosen('digits', none, options)
  if (!existsSync(FILE)) {
    throw new FeedalignError(`${FILE}: no such file; \`npm run setup\` makes it`)
  }
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
  return { name: 'digits', sample: false, train: examples(0), test: examples(2) }
}

export const digits: DataSource = {
  name: 'digits',
  get title() {
    return manifest('digits').title
  },
  get terms() {
    return manifest('digits').terms
  },
  locate: () => (existsSync(FILE) ? { path: FILE, sample: false } : undefined),
  load,
}
