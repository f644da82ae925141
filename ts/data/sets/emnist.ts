import * as v from 'valibot'
import { oneOf, told } from '../../values.js'
import { idxSet } from './idxSet.js'

/** Classes of each split; letters are numbered from 1 in their files. */
const splits = {
  balanced: { classes: 47 },
  digits: { classes: 10 },
  letters: { classes: 26, firstLabel: 1 },
  mnist: { classes: 10 },
  byclass: { classes: 62 },
  bymerge: { classes: 47 },
} as const

const names = Object.keys(splits) as (keyof typeof splits)[]

const options = v.strictObject({
  split: told(
    v.optional(oneOf(names), 'balanced'),
    '<name>',
    `which characters: ${names.join(', ')}`,
  ),
})

/** Which characters; `balanced` unless told. */
export type EmnistOptions = v.InferInput<typeof options>

export const emnist = idxSet({
  name: 'emnist',
  called: 'EMNIST',
  options,
  choose: ({ split }) => ({
    ...splits[split],
    prefix: `emnist-${split}-`,
    turned: true,
    about: { split },
  }),
})
