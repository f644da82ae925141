import { createHash } from 'node:crypto'
import { loadData, type Config } from '../../config/index.js'
import type { Examples } from '../../data/examples.js'
import type { Loaded } from '../../data/sets/index.js'
import { engine } from '../../engine/index.js'
import { hold } from '../../training/held.js'

/** What makes two configurations train on the same examples, on one machine. */
export function dataKey({ data, dataDir, dataOptions }: Config): string {
  return JSON.stringify([data, dataDir, dataOptions])
}

/** SHA-256, hexadecimal, of all examples: on which machine it is asked makes no difference. */
export function dataSha256({ train, test }: Loaded): string {
  return createHash('sha256').update(hashOf(train)).update(hashOf(test)).digest('hex')
}

function hashOf(examples: Examples): string {
  using held = hold(engine(), examples)
  return held.data.hash
}

/** The hashes of what configurations train on; each set is loaded once, and let go of. */
export class DataHashes {
  readonly #known = new Map<string, Promise<string>>()

  of(config: Config): Promise<string> {
    const key = dataKey(config)
    const known = this.#known.get(key) ?? loadData(config).then(dataSha256)
    this.#known.set(key, known)
    return known
  }
}
