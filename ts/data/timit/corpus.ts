import { readdirSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join, sep } from 'node:path'
import { FeedalignError, reason } from '../../errors.js'

/** A sentence that a speaker reads. */
export interface Utterance {
  /** In lower case, as `fcjf0`. */
  readonly speaker: string
  /** What it is for; `neither`: sentences that all speakers read, and speakers set aside. */
  readonly part: 'train' | 'test' | 'neither'
  readonly wav: string
  readonly phn: string
}

/** Where utterances lie, and how. */
export interface Layout {
  readonly root: string
  /** `corpus`: TRAIN and TEST, each DRn/SPEAKER; `sample`: drN-speaker. */
  readonly kind: 'corpus' | 'sample'
}

/** The 24 speakers of the core test set: two men and a woman from each region. */
export const coreTestSpeakers: ReadonlySet<string> = new Set(
  (
    'mdab0 mwbt0 felc0 mtas1 mwew0 fpas0 mjmp0 mlnt0 fpkt0 mlll0 mtls0 fjlm0 ' +
    'mbpm0 mklt0 fnlp0 mcmj0 mjdh0 fmgd0 mgrt0 mnjm0 fdhc0 mjln0 mpam0 fmld0'
  ).split(' '),
)

/** Regions whose speakers are the test set of a sample. */
const TEST_REGIONS = ['7', '8']

const paths = {
  corpus: /^(?<part>train|test)\/dr[1-8]\/(?<speaker>[fm]\w{4})\/(?<sentence>s[aix]\d+)\.wav$/,
  sample: /^dr(?<region>[1-8])-(?<speaker>[fm]\w{4})\/(?<sentence>s[aix]\d+)\.wav$/,
} as const

/**
 * How a folder is laid out, or one in it that is called `within`, in any case, as on the corpus'
 * disc; undefined where it is no corpus.
 */
export function layoutOf(folder: string, within?: string): Layout | undefined {
  const names = foldersIn(folder)
  const lower = new Set(names.map((name) => name.toLowerCase()))
  if (lower.has('train') && lower.has('test')) return { root: folder, kind: 'corpus' }
  if (names.some((name) => /^dr[1-8]-/i.test(name))) return { root: folder, kind: 'sample' }
  const inner = names.find((name) => name.toLowerCase() === within)
  return inner === undefined ? undefined : layoutOf(join(folder, inner))
}

function foldersIn(folder: string): string[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isDirectory() || entry.isSymbolicLink())
      .map(({ name }) => name)
  } catch {
    return []
  }
}

/**
 * All utterances, in the order of their paths, whatever their case. `isTest` says which of a
 * corpus' TEST speakers are tested on. Throws `FeedalignError` where one has no `.phn`.
 */
export async function utterancesOf(
  { root, kind }: Layout,
  isTest: (speaker: string) => boolean,
): Promise<Utterance[]> {
  const names = await readdir(root, { recursive: true }).catch((error: unknown) => {
    throw new FeedalignError(`${root}: ${reason(error)}`)
  })
  const byPath = new Map(names.map((name) => [name.replaceAll(sep, '/').toLowerCase(), name]))
  return [...byPath.keys()].sort().flatMap((path) => {
    const { part, region = '', speaker, sentence } = paths[kind].exec(path)?.groups ?? {}
    if (speaker === undefined || sentence === undefined) return []
    const wav = join(root, byPath.get(path) ?? path)
    const phn = byPath.get(path.replace(/wav$/, 'phn'))
    if (phn === undefined) throw new FeedalignError(`${wav}: no .phn beside it`)
    const tested = kind === 'sample' ? TEST_REGIONS.includes(region) : part === 'test'
    const aside = sentence.startsWith('sa') || (part === 'test' && !isTest(speaker))
    const use = aside ? 'neither' : tested ? 'test' : 'train'
    return [{ speaker, part: use, wav, phn: join(root, phn) }]
  })
}
