import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { onTestFinished, vi } from 'vitest'
import { writeSphere } from '../../ts/data/audio/writeSphere.js'
import { temporaryFolder } from '../folders.js'
import { draws } from './damage.js'

/** A folder of the test's own, whose `cache` features are kept in. */
export function folderWithCache(): string {
  const folder = temporaryFolder()
  vi.stubEnv('FEEDALIGN_CACHE', join(folder, 'cache'))
  onTestFinished(() => {
    vi.unstubAllEnvs()
  })
  return folder
}

/** Labels of a generated utterance, a segment of 0.1 s each. */
const LABELS = ['h#', 'iy', 's', 'q', 'tcl']

/** Writes a second utterance's worth of noise with its segments: `path` without an ending. */
export function writeUtterance(
  folder: string,
  path: string,
  { seed = 0, database = 'TIMIT', labels = LABELS } = {},
): void {
  const draw = draws(seed)
  const samples = Int16Array.from({ length: 1600 * labels.length }, () => draw(8000) - 4000)
  const lines = labels.map((label, i) => `${1600 * i} ${1600 * (i + 1)} ${label}\n`)
  mkdirSync(dirname(join(folder, path)), { recursive: true })
  writeFileSync(join(folder, `${path}.wav`), writeSphere(samples, 16_000, database))
  writeFileSync(join(folder, `${path}.phn`), lines.join(''))
}

/** Speakers in the layout of a sample, in each of regions 1 to 8 one, with three sentences. */
export function writeSample(folder: string): void {
  for (let region = 1; region <= 8; region++) {
    for (const [index, sentence] of ['sa1', 'si1', 'sx1'].entries()) {
      writeUtterance(folder, `dr${region}-maaa${region}/${sentence}`, {
        seed: 10 * region + index,
      })
    }
  }
}

/** These speakers, each with two sentences, in the layout of the full corpus. */
export function writeCorpus(
  folder: string,
  train: readonly string[],
  test: readonly string[],
): void {
  for (const [part, speakers] of Object.entries({ train, test })) {
    speakers.forEach((speaker, index) => {
      for (const sentence of ['sa1', 'sx1']) {
        writeUtterance(folder, `${part}/dr${(index % 8) + 1}/${speaker}/${sentence}`, {
          seed: index,
        })
      }
    })
  }
}
