import { FeedalignError } from '../../errors.js'
import { sphereDatabase } from '../audio/sphere.js'
import { extractFeatures } from '../features/extract.js'
import { framing } from '../features/frames.js'
import { featureWidth, type FeatureOptions } from '../features/options.js'
import { readWhole } from '../files.js'
import { utterancesOf, type Layout, type Utterance } from './corpus.js'
import { examplesOf, thinned, type Normalise } from './examples.js'
import { framesOf, readSegments, type Frames, type Transcribed } from './label.js'
import { leftOut, phoneMap } from './phones.js'

/** Hz. */
const RATE = 16_000

/** What made files say that they are of, so that they are never taken for TIMIT's. */
export const MADE = 'timit-like'

/** What to read, and how. */
export interface Wanted {
  readonly layout: Layout
  /** Whether the files must be made ones. */
  readonly made: boolean
  /** Speakers of a corpus' TEST to test on, all of whom must be there; any, unless told. */
  readonly testSpeakers?: ReadonlySet<string>
  /** Frames to keep of each part; 0 for all. */
  readonly trainFrames: number
  readonly testFrames: number
  readonly normalise: Normalise
  readonly features: FeatureOptions
}

/** Examples of a corpus, and what else there is to tell of it. */
export async function loadCorpus(wanted: Wanted) {
  const { layout, testSpeakers, normalise, features } = wanted
  const isTest = (speaker: string): boolean => testSpeakers?.has(speaker) ?? true
  const utterances: Transcribed[] = []
  for (const utterance of await utterancesOf(layout, isTest)) {
    utterances.push({ ...utterance, segments: await readSegments(utterance.phn) })
  }
  const used = utterances.filter(({ part }) => part !== 'neither')
  await check(used, wanted)
  const files = used.map(({ wav }) => wav)
  const { frames, values } = await extractFeatures(files, RATE, features)
  const part = (name: 'train' | 'test'): Frames => {
    const all = framesOf(used, name, frames, framing(RATE, features))
    return thinned(all, wanted[`${name}Frames`], `${name}Frames`)
  }
  const parts = { train: part('train'), test: part('test') }
  const examples = examplesOf(values, featureWidth(features), parts, normalise)
  return { ...examples, about: about(utterances) }
}

async function check(used: readonly Utterance[], wanted: Wanted): Promise<void> {
  const { layout, made, testSpeakers } = wanted
  const speakers = (part: Utterance['part']): ReadonlySet<string> =>
    new Set(used.filter((one) => one.part === part).map(({ speaker }) => speaker))
  const tested = speakers('test')
  const missing = [...(testSpeakers ?? [])].filter((speaker) => !tested.has(speaker))
  if (layout.kind === 'corpus' && missing.length > 0) {
    throw new FeedalignError(`${layout.root}: no ${missing.join(', ')} of the core test set`)
  }
  for (const part of ['train', 'test'] as const) {
    if (speakers(part).size === 0) {
      throw new FeedalignError(`${layout.root}: no utterances to ${part} on`)
    }
  }
  const first = used[0]?.wav ?? ''
  if ((sphereDatabase(await readWhole(first), first) === MADE) === made) return
  const cure = made ? 'is not made by `feedalign data make`' : `is made; take it as --data ${MADE}`
  throw new FeedalignError(`${first}: ${cure}`)
}

/** What `data info` tells of all utterances, also of those that are neither. */
function about(utterances: readonly Transcribed[]) {
  const segments = utterances.flatMap((utterance) => utterance.segments)
  const speakersOf = (part?: Utterance['part']): number => {
    const some = utterances.filter((utterance) => part === undefined || utterance.part === part)
    return new Set(some.map(({ speaker }) => speaker)).size
  }
  return {
    utterances: utterances.length,
    segments: segments.length,
    labels: new Set(segments.map(({ label }) => label)).size,
    speakers: speakersOf(),
    trainSpeakers: speakersOf('train'),
    testSpeakers: speakersOf('test'),
    leftOut,
    phones: phoneMap(),
  }
}
