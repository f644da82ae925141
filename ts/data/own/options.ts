import * as v from 'valibot'
import { isNot, oneOf, told, whole } from '../../values.js'

const column = v.union([v.string(), v.number()], isNot('the name of a column, first or last'))

const sizesOf = (given: string | number): number[] => String(given).split('x').map(Number)

const isShape = isNot('a shape like 28x28: whole numbers from 1 up')

/** As 28x28; a single number is one axis. */
const shape = v.pipe(
  v.union([v.string(), v.number()], isShape),
  v.check((given) => sizesOf(given).every((size) => Number.isInteger(size) && size > 0), isShape),
  v.transform(sizesOf),
)

const share = (wanted: string) =>
  v.pipe(
    v.number(isNot(wanted)),
    v.check((value) => value > 0 && value < 1, isNot(wanted)),
  )

/** How a user's own data is read. */
export const ownOptions = v.strictObject({
  targets: told(
    v.optional(oneOf(['labels', 'values'])),
    '<kind>',
    'labels or values; unless told, whole types are labels, floats are values, of text by content',
  ),
  shape: told(v.optional(shape), '<form>', 'of one example, as 28x28; as the file has it'),
  label: told(
    v.optional(column),
    '<column>',
    'of a table, the name of the column of targets, or first, or last',
  ),
  header: told(
    v.optional(v.boolean(isNot('true or false'))),
    '<true|false>',
    'whether the first row of a table names the columns; seen from its content',
  ),
  test: told(
    v.optional(share('a fraction above 0 and below 1'), 0.2),
    '<fraction>',
    'of each class, kept for testing where there is no test part',
  ),
  seed: told(
    v.optional(whole(0, Number.MAX_SAFE_INTEGER), 1),
    '<n>',
    'of the choice of those, whatever the seed of training',
  ),
})

/** As the library takes them. */
export type OwnDataOptions = v.InferInput<typeof ownOptions>

export type OwnOptions = v.InferOutput<typeof ownOptions>
