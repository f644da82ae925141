import * as v from 'valibot'
import { FeedalignError } from '../../errors.js'
import { told, whole } from '../../values.js'
import { featureOptions, normalise } from '../features/options.js'
import { findFolder, type Located } from '../folders.js'
import { coreTestSpeakers, layoutOf, type Layout } from '../timit/corpus.js'
import { loadCorpus } from '../timit/load.js'
import { defineSet } from './define.js'
import type { DataSource } from './source.js'

const frames = v.optional(whole(0, 10_000_000), 0)

const options = v.strictObject({
  trainFrames: told(frames, '<n>', 'frames to train on, evenly apart among all; 0 for all'),
  testFrames: told(frames, '<n>', 'frames to test on, evenly apart among all; 0 for all'),
  normalise,
  ...featureOptions,
})

/** How speech becomes inputs; as HTK does it unless told. */
export type TimitOptions = v.InferInput<typeof options>

/** TIMIT, or what is made in its format: alike but for the name, which each keeps to itself. */
function source(name: 'timit' | 'timit-like'): DataSource {
  const made = name === 'timit-like'
  const layout = (folder: string): Layout | undefined =>
    layoutOf(folder, made ? undefined : 'timit')

  const locate = (dataDir?: string): Located | undefined => {
    const found = findFolder(name, (folder) => layout(folder) !== undefined, dataDir)
    return found && { ...found, sample: found.sample || layout(found.path)?.kind === 'sample' }
  }

  return defineSet({
    name,
    options,
    locate,
    cure: () => `see \`feedalign data fetch ${name}\``,
    read: async ({ path }, { trainFrames, testFrames, normalise, ...features }) => {
      const laidOut = layout(path)
      if (laidOut === undefined) throw new FeedalignError(`${path}: gone while it was looked at`)
      const testSpeakers = made ? {} : { testSpeakers: coreTestSpeakers }
      const how = { ...testSpeakers, trainFrames, testFrames, normalise, features }
      return await loadCorpus({ layout: laidOut, made, ...how })
    },
  })
}

export const timit = source('timit')
export const timitLike = source('timit-like')
